/** An answer while it is written, as its events make it. Pure. */

import type { Message } from "./api";
import type { RunEvent } from "./events";
import type { Grounds } from "./grounds";

/** What the reader waits for. */
export type Phase =
  | { kind: "sending" }
  | { kind: "loading" }
  | { kind: "queued"; before: number; seconds: number }
  | { kind: "reading"; read: number; total: number }
  | { kind: "thinking" }
  | { kind: "writing" };

/** One use of an exact tool. */
export type Tool = Message["tools"][number];

export interface Live {
  answer: string;
  /** The number of the newest event. */
  last: number;
  text: string;
  /** What the model thinks before it answers, and for how many seconds by now. */
  reasoning: string;
  thought: number | null;
  /** Whether that is all there is of it, whatever the disk said before: other words may have taken its place. */
  isWhole: boolean;
  phase: Phase;
  /** What it is answered from; null: not told, or from nothing. */
  grounds: Grounds | null;
  notices: readonly { code: string; text: string }[];
  /** The exact tools that it comes from. */
  tools: readonly Tool[];
  /** What the answer has become; null while it is written. */
  outcome: Partial<Message> | null;
}

export function begun(answer: string): Live {
  return { answer, last: 0, text: "", reasoning: "", thought: null, isWhole: false, phase: { kind: "sending" }, grounds: null, notices: [], tools: [], outcome: null };
}

/** Return the answer as it is after an event. */
export function advanced(live: Live, event: RunEvent): Live {
  return { ...live, last: event.id, ...changeBy(live, event) };
}

/** Return the answer as it is once its reader has stopped it. */
export function stopped(live: Live): Live {
  return { ...live, outcome: { state: "stopped" } };
}

function changeBy(live: Live, event: RunEvent): Partial<Live> {
  switch (event.name) {
    case "asked":
      return {};
    case "grounds":
      return { grounds: event.said };
    case "waiting": {
      const { loading, before, seconds } = event.said;
      return { phase: loading ? { kind: "loading" } : { kind: "queued", before, seconds } };
    }
    case "reading":
      return { phase: { kind: "reading", ...event.said } };
    case "notice":
      return { notices: [...live.notices, event.said] };
    case "computed":
      return { tools: [...live.tools, event.said] };
    case "reasoning": {
      const { text, seconds } = event.said;
      return { reasoning: live.reasoning + text, thought: seconds, phase: { kind: "thinking" } };
    }
    case "text":
      return { text: live.text + event.said.text, phase: { kind: "writing" } };
    case "whole":
      return { ...event.said, isWhole: true };
    case "done": {
      const { text, reasoning, thought, reason, model, usage, timings } = event.said;
      const { claims = [], citations = [], supported_share = null } = event.said;
      const outcome = { state: "complete", reason, model, usage, timings, claims, citations, supported_share };
      return { text, reasoning, thought, outcome };
    }
    case "stopped":
      return { outcome: { state: "stopped" } };
    case "failed": {
      const { code, sentence } = event.said.error;
      return { outcome: { state: live.text || live.reasoning ? "interrupted" : "failed", problem: { code, sentence } } };
    }
  }
}

/** Return what is to be known of an answer: what is kept with it, and what was told while it came. */
export function noticesOf(live: Live | null, { notices }: Pick<Message, "notices">): Message["notices"] {
  const told = live?.notices ?? [];
  return [...notices.filter(({ code }) => !told.some((one) => one.code === code)), ...told];
}

/** Return the exact tools that it comes from. */
export function toolsOf(live: Live | null, { tools }: Pick<Message, "tools">): Message["tools"] {
  return live === null || live.tools.length === 0 ? tools : [...live.tools];
}

/** Return what is known of its text: the disk may be ahead of a stream that has just begun again. */
export function wordsOf(live: Live | null, { text, reasoning }: Pick<Message, "text" | "reasoning">): Pick<Message, "text" | "reasoning"> {
  if (live === null) return { text, reasoning };
  if (live.isWhole) return { text: live.text, reasoning: live.reasoning };
  return { text: longer(live.text, text), reasoning: longer(live.reasoning, reasoning) };
}

const longer = (one: string, other: string): string => (one.length >= other.length ? one : other);
