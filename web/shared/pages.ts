/** A document's text in the pieces that its pages are. Pure. */

import type { Stretch } from "./api";

export interface Piece {
  /** The page that begins here; null: none does. */
  page: number | null;
  text: string;
}

/**
 * Return a part of a stretch's text, cut where pages begin. `from`: how many characters of the stretch stand
 * before the part.
 */
export function piecesOf(stretch: Pick<Stretch, "text" | "start" | "passages">, part: string, from: number): Piece[] {
  const begins = pagesIn(stretch).filter(({ at }) => at >= from && at < from + part.length);
  const cuts = [{ at: from, page: null as number | null }, ...begins];
  return cuts
    .map(({ at, page }, index) => ({ page, text: part.slice(at - from, (cuts[index + 1]?.at ?? from + part.length) - from) }))
    .filter(({ text, page }) => text !== "" || page !== null);
}

/** Return at which characters of the stretch pages begin, as far as its passages tell. */
function pagesIn({ text, start, passages }: Pick<Stretch, "text" | "start" | "passages">): { at: number; page: number }[] {
  const bytes = new TextEncoder().encode(text);
  const decoder = new TextDecoder();
  const found: { at: number; page: number }[] = [];
  let known: number | null = null;
  for (const passage of passages) {
    if (passage.page === null || passage.page === known) continue;
    known = passage.page;
    found.push({ at: decoder.decode(bytes.subarray(0, passage.start - start)).length, page: passage.page });
  }
  return found;
}
