/** Where questions go: here, ask me, there; for a chat, and for the next question alone. Pure. */

import type { Chosen, Message } from "./api";

export const HERE: Chosen = { route: "here", to: "" };

/** Return all that can be chosen, with these models elsewhere. */
export function choices(names: readonly string[]): Chosen[] {
  return [HERE, ...(["ask", "there"] as const).flatMap((route) => names.map((to) => ({ route, to })))];
}

/** Return a choice with the model elsewhere named that it means, as far as that is known. */
export function meant(choice: Chosen, names: readonly string[]): Chosen {
  if (choice.route === "here") return HERE;
  return choice.to === "" && names.length === 1 ? { ...choice, to: names[0]! } : choice;
}

export const isSame = (one: Chosen, other: Chosen): boolean => one.route === other.route && one.to === other.to;

/** Return what its reader is offered at the end of a branch, by a model elsewhere that is known. */
export function offeredAt(branch: readonly Message[], names: readonly string[]): (Message & { offer: NonNullable<Message["offer"]> }) | null {
  const last = branch.at(-1);
  if (!last?.offer || !names.includes(last.offer.upstream)) return null;
  return { ...last, offer: last.offer };
}

/** Return the message that has an offer of this model elsewhere for a question: itself, or its answer. */
export function offerFor(branch: readonly Message[], question: string, upstream: string): Message | null {
  const isOf = ({ id, parent, offer }: Message) => (id === question || parent === question) && offer?.upstream === upstream;
  return branch.find(isOf) ?? null;
}
