/** How full the model's view of a chat is, with what is about to be said. Pure. */

import type { Context } from "./api";

/** From here on it is worth saying. */
const HALF = 0.5;
const NEARLY = 0.9;

/** Tokens that a template puts around a message; see chat/prompt.py. */
const OVERHEAD = 8;
const LETTERS_PER_TOKEN = 4;

/** Scripts whose every character is about a token. */
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/g;

interface Fill {
  /** Tokens of the chat, and about how many the draft has. */
  used: number;
  draft: number;
  room: number;
  /** From 0 to 1. */
  share: number;
  isExact: boolean;
  leftOut: number;
  isWorthSaying: boolean;
  /** With the draft the oldest exchanges do not fit, or soon will not. */
  isNearlyFull: boolean;
  willCut: boolean;
}

/** Judge how many tokens a text has; only the model itself could count them. */
export function aboutTokens(text: string): number {
  const wide = text.match(WIDE)?.length ?? 0;
  return wide + Math.ceil((text.length - wide) / LETTERS_PER_TOKEN);
}

/** Return how full it is; null where nobody knows how much there is room for. */
export function fillOf(context: Context | null, text: string): Fill | null {
  if (context === null || context.room === null) return null;
  const { used, room, left_out: leftOut, exact: isExact } = context;
  const draft = text.trim() === "" ? 0 : aboutTokens(text);
  const needed = used + (draft === 0 ? 0 : draft + OVERHEAD);
  const share = Math.min(1, needed / Math.max(1, room));
  return {
    used, draft, room, share, isExact, leftOut,
    isWorthSaying: share >= HALF || leftOut > 0,
    isNearlyFull: share >= NEARLY,
    willCut: needed > room,
  };
}
