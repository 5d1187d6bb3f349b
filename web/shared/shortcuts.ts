/** The keys that do something anywhere on the page. Pure. */

export type ShortcutAction = "newChat" | "search" | "sidebar" | "settings" | "chatSettings" | "stop" | "shortcuts";

interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  isComposing?: boolean;
}

/** With `control` it is Ctrl, or Command on a Mac. The order is that of the list shown. */
export const SHORTCUTS: readonly { action: ShortcutAction; key: string; control?: boolean; shift?: boolean }[] = [
  { action: "newChat", key: "o", control: true, shift: true },
  { action: "search", key: "k", control: true },
  { action: "sidebar", key: "b", control: true },
  { action: "settings", key: ",", control: true },
  { action: "chatSettings", key: ".", control: true },
  { action: "stop", key: "Escape" },
  { action: "shortcuts", key: "?", shift: true },
];

/** Return what a key press asks for. In a field only keys with Ctrl, and Escape, are ours. */
export function actionOf(press: Press, isTyping: boolean): ShortcutAction | null {
  if (press.isComposing || press.altKey) return null;
  const control = press.ctrlKey || press.metaKey;
  const found = SHORTCUTS.find(
    (one) =>
      one.key === (control ? press.key.toLowerCase() : press.key) &&
      (one.control ?? false) === control &&
      // Where "?" lies, and whether it needs Shift, is the keyboard's business.
      (one.key === "?" || (one.shift ?? false) === press.shiftKey),
  );
  if (found === undefined || (isTyping && found.key === "?")) return null;
  return found.action;
}
