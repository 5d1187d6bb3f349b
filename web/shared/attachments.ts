/** Texts to be given along with a question, before the server has them. Pure. */

import type { Message, Question } from "./api";

/** As many as the server takes with one question; see store/attachments.py. */
export const MOST = 20;
export const MOST_NAME = 120;
const MOST_ENDING = 16;

/** Bytes of one file: then it has no more characters than the server takes of a text. */
export const MOST_BYTES = 8_000_000;

/** Bytes of all that is sent at once: a little less than the server takes in a request's body. */
export const MOST_TOGETHER = 16_000_000;

/** Characters that a field to write in bears. Millions keep a browser busy for minutes. */
export const MOST_WRITTEN = 100_000;

/** Of the window: the rest is for the answer, and for what this guess is wrong by. */
const SHARE = 0.75;

/** Latin letters that make a token, in most texts and models. A Chinese character makes one by itself. */
const LETTERS = 4;

/** The text itself, or where the server has it: with a question that was asked before. */
export type Source = { text: string } | { message: string; number: number };

export interface Attachment extends Measures {
  name: string;
  source: Source;
  isPasted?: boolean;
}

interface Measures {
  /** As the server counts them: a pair of surrogates is one. */
  characters: number;
  /** As they are sent: in JSON, in UTF-8. */
  bytes: number;
  /** A guess. The engine counts. */
  tokens: number;
}

/** Why something was not attached, or what is to be known of something that was. */
export interface Remark {
  code: "picture" | "document" | "archive" | "binary" | "empty" | "unreadable" | "folder" | "large" | "together" | "many" | "encoding" | "read" | "refused" | "locked";
  name: string;
  /** What the file is, or in what its characters are written. */
  kind: string;
  /** What a password would open. */
  file?: Blob;
}

export function attachmentOf(name: string, text: string, isPasted = false): Attachment {
  const whole = wellFormed(text);
  return { name: plainName(name), ...measured(whole), source: { text: whole }, ...(isPasted && { isPasted }) };
}

/** Return what is attached to a question that the server has. */
export function attachedTo({ id, attachments }: Pick<Message, "id" | "attachments">): Attachment[] {
  return attachments.map(({ number, name, characters }) => ({
    name,
    characters,
    bytes: 0,
    tokens: characters / LETTERS,
    source: { message: id, number },
  }));
}

/** Return attachments as the server takes them. */
export function sent(list: readonly Attachment[]): NonNullable<Question["attachments"]> {
  return list.map(({ name, source }) => ("text" in source ? { name, text: source.text } : source));
}

/** Return attachments as the question shows them before the server's own word comes. */
export function shownOf(list: readonly Attachment[]): Message["attachments"] {
  return list.map(({ name, characters }, at) => ({ number: at + 1, name, characters }));
}

/** Return the list with more at its end, as far as it may grow, and a remark on each that it may not take. */
export function joined(list: readonly Attachment[], more: readonly Attachment[]): { list: Attachment[]; remarks: Remark[] } {
  const whole = [...list];
  const remarks: Remark[] = [];
  let bytes = whole.reduce((sum, one) => sum + one.bytes, 0);
  for (const one of more) {
    const code = whole.length >= MOST ? "many" : bytes + one.bytes > MOST_TOGETHER ? "together" : null;
    if (code !== null) {
      remarks.push({ code, name: one.name, kind: "" });
      continue;
    }
    whole.push(one);
    bytes += one.bytes;
  }
  return { list: whole, remarks };
}

/** Return a name for a pasted text that no other has. */
export function pastedName(base: string, list: readonly Attachment[]): string {
  const names = new Set(list.map(({ name }) => name));
  let name = base;
  for (let number = 2; names.has(name); number++) name = `${base} ${number}`;
  return name;
}

/** Guess how many tokens are to be read. */
export function tokensOf(text: string, list: readonly Attachment[]): number {
  return list.reduce((sum, { tokens }) => sum + tokens, text.length / LETTERS);
}

/** Return whether so much will probably not fit into a model's window, as far as that is known. */
export function isTooMuch(tokens: number, window: number | null): window is number {
  return window !== null && tokens > window * SHARE;
}

/**
 * Return a file's name as the server keeps it: without folders and unseen characters, in one line, not too long.
 * See store/attachments.py.
 */
export function plainName(given: string): string {
  const last = given.split(/[/\\]/).findLast((part) => /[^. ]/.test(part)) ?? "";
  const seen = last.replace(/\s/gu, " ").replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, "");
  const name = seen.split(" ").filter(Boolean).join(" ");
  if (!/[^. \u200c\u200d]/u.test(name)) return "text";
  const characters = [...name];
  if (characters.length <= MOST_NAME) return name;
  const ending = /\.[^.]*$/u.exec(name)?.[0] ?? "";
  const tail = ending.length > 0 && ending.length <= MOST_ENDING + 1 ? `…${ending}` : "…";
  return characters.slice(0, MOST_NAME - [...tail].length).join("") + tail;
}

export function measured(text: string): Measures {
  let latin = 0;
  let wide = 0;
  let others = 0;
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isSecondHalf = (code & 0xfc00) === 0xdc00;
    const isHalf = (code & 0xf800) === 0xd800;
    if (isSecondHalf) others += 0;
    else if (code < 0x250) latin++;
    else if (code >= 0x2e80 && !isHalf) wide++;
    else others++;
    bytes += isHalf ? 2 : code < 0x80 ? escaped(code) : code < 0x800 ? 2 : 3;
  }
  return { characters: latin + wide + others, bytes, tokens: latin / LETTERS + others / 2 + wide };
}

/** Return how many bytes a character of ASCII has within JSON. */
function escaped(code: number): number {
  if (code === 34 || code === 92 || (code >= 8 && code <= 13 && code !== 11)) return 2;
  return code < 32 ? 6 : 1;
}

/** Return the text with halves of characters, which cannot be sent, replaced. */
function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, "\ufffd");
}
