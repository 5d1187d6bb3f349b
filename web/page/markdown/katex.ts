/** What sets formulas. A chunk of its own: most chats have none. */

import katex from "katex";

const LARGEST = 50;
const MOST_EXPANDED = 200;

/** Put a formula into a place; return false for one that cannot be read. */
export function renderFormula(source: string, isBlock: boolean, place: HTMLElement): boolean {
  try {
    katex.render(source, place, {
      // Its other output needs styles in attributes, which the page's policy forbids.
      output: "mathml",
      displayMode: isBlock,
      throwOnError: true,
      strict: "ignore",
      trust: false,
      maxSize: LARGEST,
      maxExpand: MOST_EXPANDED,
    });
    return true;
  } catch {
    place.replaceChildren();
    return false;
  }
}
