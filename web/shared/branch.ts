/** The branch of a chat that is shown, as it changes before the server's own word of it comes. Pure. */

import type { Message } from "./api";
import { type Attachment, shownOf } from "./attachments";
import { cardOf } from "./card";
import { type Live, noticesOf, toolsOf, wordsOf } from "./live";

/** An answer to come, and the question it is to. */
interface ToCome {
  question: string;
  answer: string;
  model: string;
  now: number;
}

/** A question as well; `parent` is the message it follows, null for a chat's first. */
interface Asked extends ToCome {
  text: string;
  parent: string | null;
  attached?: readonly Attachment[];
}

/** Return the branch with a question after its parent, and the answer to come. What followed leaves. */
export function asked(branch: readonly Message[], ask: Asked): Message[] {
  const kept = upTo(branch, ask.parent);
  const replaced = branch[kept.length];
  const question: Message = {
    ...blank(ask),
    id: ask.question,
    parent: ask.parent,
    role: "user",
    state: "complete",
    text: ask.text,
    model: "",
    attachments: shownOf(ask.attached ?? []),
    alternatives: [...(replaced?.alternatives ?? []), ask.question],
  };
  return [...kept, question, answerTo(ask, [])];
}

/** Return the branch with one more answer to a question in place of the one shown. */
export function askedAgain(branch: readonly Message[], ask: ToCome): Message[] {
  const kept = upTo(branch, ask.question);
  return [...kept, answerTo(ask, branch[kept.length]?.alternatives ?? [])];
}

/** Return the branch with an answer being written once more. */
export function goneOnWith(branch: readonly Message[], answer: string): Message[] {
  return branch.map((message) => {
    if (message.id !== answer) return message;
    const notices = message.notices.filter(({ code }) => code !== "repeats");
    return { ...message, state: "writing", reason: null, problem: null, notices };
  });
}

/** Return whether there is more to come of an answer that was written here, and nothing was said after it. */
export function canGoOn({ role, text, state, reason, below, replaced, elsewhere }: Message): boolean {
  const isCut = state === "stopped" || state === "interrupted" || reason === "length" || reason === "repeats";
  return role === "assistant" && isCut && !replaced && text !== "" && below === 0 && elsewhere === null;
}

/** Return the branch with what an answer has become. */
export function settled(branch: readonly Message[], live: Live): Message[] {
  return branch.map((message) =>
    message.id === live.answer ? { ...message, ...live.outcome, ...knownOf(live, message) } : message,
  );
}

function knownOf(live: Live, message: Message) {
  return { ...wordsOf(live, message), thought: live.thought ?? message.thought, notices: noticesOf(live, message), tools: toolsOf(live, message), card: cardOf(live, message) };
}

/**
 * Return the branch with an answer as far as its reader had it when they stopped it. The server may have
 * written a word more; it comes when the chat is next opened, not behind the reader's back.
 */
export function asStopped(branch: readonly Message[], answer: string, text: string): Message[] {
  return branch.map((message) => (message.id === answer && message.text.startsWith(text) ? { ...message, text } : message));
}

/** Return which of the messages that could stand here this is, counted from 1. */
export function placeOf(message: Message): { at: number; of: number } {
  return { at: message.alternatives.indexOf(message.id) + 1, of: message.alternatives.length };
}

/** Return the alternative so many steps away, if there is one. */
export function neighbour(message: Message, step: number): string | undefined {
  return message.alternatives[message.alternatives.indexOf(message.id) + step];
}

/** Return the version that takes the place of one that goes: the one before it, or else the one after. */
export function nearest(message: Message): string | undefined {
  return neighbour(message, -1) ?? neighbour(message, 1);
}

function upTo(branch: readonly Message[], id: string | null): Message[] {
  return branch.slice(0, branch.findIndex((message) => message.id === id) + 1);
}

function answerTo(ask: ToCome, others: readonly string[]): Message {
  return { ...blank(ask), id: ask.answer, parent: ask.question, alternatives: [...others, ask.answer] };
}

function blank(ask: ToCome): Message {
  return {
    id: "",
    parent: null,
    role: "assistant",
    state: "writing",
    text: "",
    model: ask.model,
    created: ask.now,
    alternatives: [],
    reason: null,
    usage: null,
    timings: null,
    problem: null,
    attachments: [],
    reasoning: "",
    thought: null,
    below: 0,
    liked: null,
    made: "",
    elsewhere: null,
    grounds: [],
    claims: [],
    citations: [],
    supported_share: null,
    notices: [],
    tools: [],
    card: "",
    replaced: false,
    offer: null,
  };
}
