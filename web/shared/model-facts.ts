/** What is said of models and how they do here, and which to show first. Pure. */

import type { Card, Fit } from "./api";
import type { Language } from "./strings";

/** An English word has about so many tokens. */
const TOKENS_PER_WORD = 1.3;

/** People read about so many words a second; what writes slower is waited for. */
const READING = 4;

type Grade = "well" | "slow" | "tight" | "no" | "unknown";

/** The best first; what nothing is known of may run, what will not fit does not. */
const GRADES: readonly Grade[] = ["well", "slow", "tight", "unknown", "no"];

/** Kinds that talk about anything, and one that answers too. The others help with something else. */
const TALKING: ReadonlySet<string> = new Set(["chat", "reasoning", "vision"]);
const CODE = "code";

export type Filter = "well" | "chinese" | "commercial";
export const FILTERS: readonly Filter[] = ["well", "chinese", "commercial"];

/** Return how well a model does here; null: nobody knows. */
export function gradeOf(fit: Fit | null): Grade {
  if (fit === null) return "unknown";
  if (fit.verdict === "no") return "no";
  const words = wordsPerSecond(fit);
  if (words !== null && words.expected < READING) return "slow";
  return fit.verdict === "tight" ? "tight" : "well";
}

/** Return how fast a model writes; null for one that writes nothing. */
export function wordsPerSecond(fit: Fit): { low: number; expected: number; high: number } | null {
  const found = fit.decode_tokens_per_s;
  if (found === null) return null;
  return { low: asWords(found.low), expected: asWords(found.expected), high: asWords(found.high) };
}

/** Turn tokens into words, with no more digits than such a figure has. */
export function asWords(tokens: number): number {
  const words = tokens / TOKENS_PER_WORD;
  return words < 10 ? Math.round(words * 10) / 10 : Math.round(words);
}

/** Return the file of a card to take: the one that suits this machine, else the smallest. */
export function fileOf(card: Card): Card["files"][number] | undefined {
  return card.files.find((file) => file.name === card.best) ?? card.files[0];
}

function fitOf(card: Card): Fit | null {
  return fileOf(card)?.fit ?? null;
}

/** Return the cards that answer these words and filters, what suits this machine best first. */
export function suiting(cards: readonly Card[], words: string, filters: ReadonlySet<Filter>): Card[] {
  const sought = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = cards.filter((card) => isAbout(card, sought) && [...filters].every((filter) => passes(card, filter)));
  return found.sort((one, other) => rank(one) - rank(other) || bySize(one, other));
}

/**
 * Return the card to propose: the largest that runs well here, talks about anything, in Chinese where that is the
 * reader's language, and needs nobody's leave. None where it is here already.
 */
export function proposed(cards: readonly Card[], language: Language): Card | undefined {
  const filters: Filter[] = language === "zh" ? ["well", "commercial", "chinese"] : ["well", "commercial"];
  const found = suiting(cards, "", new Set(filters));
  const first = found.find((card) => TALKING.has(card.kind) && card.gated !== true);
  return first?.here === null ? first : undefined;
}

function writesChinese(card: Card): boolean {
  return (TALKING.has(card.kind) || card.kind === CODE) && card.languages.some((language) => language === "zh" || language === "mul");
}

function mayBeSold(commercial: string): boolean {
  return commercial === "yes" || commercial === "conditions";
}

function passes(card: Card, filter: Filter): boolean {
  if (filter === "well") return gradeOf(fitOf(card)) === "well";
  return filter === "chinese" ? writesChinese(card) : mayBeSold(card.licence.commercial);
}

function isAbout(card: Card, words: readonly string[]): boolean {
  const { name, title, publisher, repository, kind, licence, languages, can } = card;
  const text = [name, title, publisher, repository, kind, licence.id, licence.name, ...languages, ...can].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** First what answers, the best first; then what only helps; what will not fit at the end. */
function rank(card: Card): number {
  const grade = gradeOf(fitOf(card));
  const place = GRADES.indexOf(grade);
  if (TALKING.has(card.kind)) return place;
  if (card.kind === CODE) return place + 0.5;
  return grade === "no" ? place : GRADES.indexOf("unknown") + 0.5 + place / (2 * GRADES.length);
}

/** Of those that run the larger answers better; of others the smaller is nearer to running. */
function bySize(one: Card, other: Card): number {
  const grade = gradeOf(fitOf(one));
  const smaller = one.parameters - other.parameters;
  return grade === "unknown" || grade === "no" ? smaller : -smaller;
}

/** Return a name as `sotto models pull` takes it, out of what was pasted: also the whole command. */
export function refOf(pasted: string): string {
  return pasted.trim().replace(/^sotto\s+models\s+pull\s+/, "").replace(/^(['"])(.*)\1$/, "$2");
}

/** Return who is asked for a model; null for what lies on this machine. */
export function hostAsked(ref: string, hub: string): string | null {
  if (/^(ollama:|[/~.]|[a-z]:[\\/]|file:)/i.test(ref)) return null;
  const address = /^https?:\/\//i.test(ref) ? ref : hub;
  try {
    return new URL(address).host;
  } catch {
    return address;
  }
}
