/** What an answer stands on: passages of shelves, and the sentences that say the same. Pure. */

import type { components } from "./api.gen";

export type Ground = components["schemas"]["GroundNoun"];
export type Citation = components["schemas"]["CitationNoun"];
export type Claim = components["schemas"]["ClaimNoun"];

/** What is told of a question before its answer. `answers`: whether what was asked stands in the passages. */
export interface Grounds {
  passages: Ground[];
  answers: boolean;
  shelves: string[];
}

/** Return passages as what can be shown in their documents. */
export function placesOf(grounds: readonly Ground[]): Citation[] {
  return grounds.map(({ text, told: _, ...place }) => ({ ...place, quote: text }));
}

/** Return where each claim stands in the text as JavaScript counts it. */
export function inText(text: string, claims: readonly Claim[]): Claim[] {
  if (!/[\ud800-\udbff]/.test(text)) return [...claims];
  const wanted = [...new Set(claims.flatMap(({ start, end }) => [start, end]))].sort((one, other) => one - other);
  const units = new Map<number, number>();
  let point = 0;
  let unit = 0;
  for (const offset of wanted) {
    for (; point < offset && unit < text.length; point++) unit += (text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1;
    units.set(offset, unit);
  }
  return claims.map((claim) => ({ ...claim, start: units.get(claim.start) ?? 0, end: units.get(claim.end) ?? 0 }));
}

/** A document's text around a quote: what stands before it, it, and what follows. null: it does not stand there. */
export interface Located {
  before: string;
  quote: string;
  after: string;
}

/** Find a quote in a stretch of its document: at its bytes, or, where the document has changed, elsewhere in it. */
export function located(stretch: { text: string; start: number }, { start, end, quote }: Pick<Citation, "start" | "end" | "quote">): Located | null {
  const bytes = new TextEncoder().encode(stretch.text);
  const decoder = new TextDecoder();
  const said = decoder.decode(bytes.subarray(start - stretch.start, end - stretch.start));
  if (said === quote && start >= stretch.start) {
    return {
      before: decoder.decode(bytes.subarray(0, start - stretch.start)),
      quote,
      after: decoder.decode(bytes.subarray(end - stretch.start)),
    };
  }
  const at = quote === "" ? -1 : stretch.text.indexOf(quote);
  return at < 0 ? null : { before: stretch.text.slice(0, at), quote, after: stretch.text.slice(at + quote.length) };
}
