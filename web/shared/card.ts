/** The crisis card, which the program itself writes: apart from what else is said, and its numbers to be called. Pure. */

import type { Message } from "./api";
import type { Live } from "./live";

/** The code of a notice that is a crisis card. */
export const CRISIS = "crisis";

/** A stretch of the card; `to` is what it leads to. */
export interface Stretch {
  text: string;
  to: string | null;
}

/** Three digits or more, in groups or not: "24 hours" is no number to be called. */
const LEADS = /(?<number>\d(?: ?\d){2,})|(?<site>(?:[a-z0-9-]+\.)+[a-z]{2,})/g;

/** Return the crisis card of an answer, which a live one has told as a notice; "" where there is none. */
export function cardOf(live: Live | null, { card }: Pick<Message, "card">): string {
  return live?.notices.find(({ code }) => code === CRISIS)?.text ?? card;
}

/** Return an answer's text without the card that it begins with. */
export function besideCard(text: string, card: string): string {
  return card !== "" && text.startsWith(card) ? text.slice(card.length).trimStart() : text;
}

/** Return the card's text with what its numbers and sites lead to. Only for what the program wrote. */
export function stretchesOf(card: string): Stretch[] {
  const found: Stretch[] = [];
  let end = 0;
  for (const { 0: text, index, groups } of card.matchAll(LEADS)) {
    if (index > end) found.push({ text: card.slice(end, index), to: null });
    found.push({ text, to: groups?.number === undefined ? `https://${text}` : `tel:${text.replaceAll(" ", "")}` });
    end = index + text.length;
  }
  if (end < card.length) found.push({ text: card.slice(end), to: null });
  return found;
}
