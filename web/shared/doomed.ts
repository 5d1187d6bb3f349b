/** What is about to be deleted, and what is shown meanwhile: as if it were gone. Pure. */

import type { Message } from "./api";

/** A message with all below it, or, with `message` null, a whole chat. */
export interface Doomed {
  chat: string;
  message: string | null;
}

export function isDoomed(doomed: readonly Doomed[], chat: string, message: string | null = null): boolean {
  return doomed.some((one) => one.chat === chat && (one.message === null || one.message === message));
}

/** Return the branch as far as it stays, without the versions that go. */
export function spared(branch: readonly Message[], doomed: readonly Doomed[]): readonly Message[] {
  const going = new Set(doomed.map(({ message }) => message));
  const end = branch.findIndex(({ id }) => going.has(id));
  const kept = end < 0 ? branch : branch.slice(0, end);
  if (!kept.some(({ alternatives }) => alternatives.some((id) => going.has(id)))) return kept;
  return kept.map((message) => ({ ...message, alternatives: message.alternatives.filter((id) => !going.has(id)) }));
}
