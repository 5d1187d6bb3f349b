import type { KeyboardEvent } from "react";

/** As Safari calls the key that ends a composition, after it has ended. */
const COMPOSING = 229;

/** Whether a key press means "send": Enter alone, and not the one that picks a word in an input method. */
export function isSendPress(event: KeyboardEvent): boolean {
  const { isComposing, keyCode } = event.nativeEvent;
  return event.key === "Enter" && !event.shiftKey && !isComposing && keyCode !== COMPOSING;
}
