/** Keys that work anywhere on the page. */

import { useEffect, useRef } from "react";

import { actionOf, type ShortcutAction } from "../shared/shortcuts";

type Actions = Record<ShortcutAction, () => void>;

export function useShortcuts(actions: Actions): void {
  const current = useRef(actions);
  useEffect(() => {
    current.current = actions;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null;
      const isTyping = target?.closest("input, textarea, select, [contenteditable]") != null;
      const isCovered = document.querySelector("dialog[open]") !== null;
      const action = isCovered || event.defaultPrevented ? null : actionOf(event, isTyping);
      if (action === null) return;
      // Escape also closes what the browser itself has open.
      if (action !== "stop") event.preventDefault();
      current.current[action]();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
}
