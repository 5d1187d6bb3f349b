/** What a person changes of what would leave, and what they are shown of it. Pure. */

import type { Hidden } from "./api";

/** `never` are values that are not to be hidden, `own` words to hide besides, `text` is said in place of the question. */
export interface Edits {
  never: readonly string[];
  own: readonly string[];
  text: string | null;
}

export const AS_IT_IS: Edits = { never: [], own: [], text: null };

/** A thing in what would leave, and whether it is hidden. One that is `fixed` stays so: it must never leave. */
export interface Row {
  item: Hidden;
  isHidden: boolean;
  isFixed: boolean;
}

/** The kind of the owner's own words, whatever else they are. */
const OWN = "own";

/** Return what a person decides about: what is hidden, and what they chose to let be seen. */
export function rowsOf(hidden: readonly Hidden[], known: readonly Hidden[], edits: Edits): Row[] {
  const rows = hidden.map((item) => ({ item, isHidden: true, isFixed: item.kind === OWN && !isOwn(edits, item) }));
  const isGone = ({ value }: Hidden) => edits.never.includes(value) && !hidden.some((one) => one.value === value);
  return [...rows, ...known.filter(isGone).map((item) => ({ item, isHidden: false, isFixed: false }))];
}

/** Return all that was ever found, each once, the newest as it was found last. */
export function remembered(known: readonly Hidden[], hidden: readonly Hidden[]): Hidden[] {
  return [...known.filter(({ value }) => !hidden.some((one) => one.value === value)), ...hidden];
}

/** Return the edits with a thing hidden that was not, or the other way round. */
export function toggled(edits: Edits, { item, isHidden }: Row): Edits {
  if (!isHidden) return { ...edits, never: edits.never.filter((value) => value !== item.value) };
  if (isOwn(edits, item)) return { ...edits, own: edits.own.filter((word) => !isSame(word, item.original)) };
  return { ...edits, never: [...edits.never, item.value] };
}

/** Return the edits with one more word to hide. */
export function hiding(edits: Edits, word: string): Edits {
  const plain = word.trim();
  if (plain === "" || edits.own.some((one) => isSame(one, plain))) return edits;
  return { ...edits, own: [...edits.own, plain] };
}

/** Return the edits with another text in place of the question, or with the question as it is. */
export function rewritten(edits: Edits, text: string, question: string): Edits {
  return { ...edits, text: text.trim() === "" || text === question ? null : text };
}

/** Return a text in pieces, those apart that are placeholders. */
export function inPieces(text: string, placeholders: readonly string[]): { text: string; isPlaceholder: boolean }[] {
  if (placeholders.length === 0) return [{ text, isPlaceholder: false }];
  // The longer ones first, or one that begins another would be taken for it.
  const all = [...placeholders].sort((one, other) => other.length - one.length).map(escaped);
  return text
    .split(new RegExp(`(${all.join("|")})`))
    .map((piece, at) => ({ text: piece, isPlaceholder: at % 2 === 1 }))
    .filter((piece) => piece.text !== "");
}

const isOwn = (edits: Edits, item: Hidden): boolean => edits.own.some((word) => isSame(word, item.original));
const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
