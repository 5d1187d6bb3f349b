/**
 * Where a browser was going when it was asked to sign in. The page of a sign-in link reads it as well, and
 * takes no other place than the page's own; see server/enter/enter.js.
 */

import type { Saved } from "./saved";

const KEY = "wanted";

export function noteWanted(saved: Saved, path: string): void {
  saved.set(KEY, path === "/" ? "" : path);
}

export function forgetWanted(saved: Saved): void {
  saved.set(KEY, "");
}
