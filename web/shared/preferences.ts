/** How the page looks and in which language it speaks, as its reader chose. */

import type { Saved } from "./saved";

export const THEMES = ["auto", "light", "dark"] as const;
export const LANGUAGES = ["auto", "en", "zh"] as const;

/** Characters from which on a pasted text is attached instead of written into the message. */
export const LONG_PASTES = ["2000", "5000", "20000", "off"] as const;

export interface Preferences {
  theme: (typeof THEMES)[number];
  language: (typeof LANGUAGES)[number];
  longPaste: (typeof LONG_PASTES)[number];
}

export function readPreferences(saved: Saved): Preferences {
  return {
    theme: oneOf(THEMES, saved.get("theme")),
    language: oneOf(LANGUAGES, saved.get("language")),
    longPaste: oneOf(LONG_PASTES, saved.get("longPaste")),
  };
}

export function savePreferences(saved: Saved, preferences: Preferences): void {
  saved.set("theme", preferences.theme);
  saved.set("language", preferences.language);
  saved.set("longPaste", preferences.longPaste);
}

function oneOf<T extends string>(known: readonly [T, ...T[]], given: string | null): T {
  return known.find((one) => one === given) ?? known[0];
}
