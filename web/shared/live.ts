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

export interface Live {
  answer: string;
  /** The number of the newest event. */
  last: number;
  text: string;
  /** What the model thinks before it answers, and for how many seconds by now. */
  reasoning: string;
  thought: number | null;
  phase: Phase;
  /** What it is answered from; null: not told, or from nothing. */
  grounds: Grounds | null;
  notices: readonly { code: string; text: string }[];
  /** What the answer has become; null while it is written. */
  outcome: Partial<Message> | null;
}

export function begun(answer: string): Live {
  return { answer, last: 0, text: "", reasoning: "", thought: null, phase: { kind: "sending" }, grounds: null, notices: [], outcome: null };
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
    case "reasoning": {
      const { text, seconds } = event.said;
      return { reasoning: live.reasoning + text, thought: seconds, phase: { kind: "thinking" } };
    }
    case "text":
      return { text: live.text + event.said.text, phase: { kind: "writing" } };
    case "whole":
      return { ...event.said };
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

const STALE = "stale";

/** Return what says that the question is about a later time than the documents, told just now or kept before. */
export function staleOf(live: Live | null, { stale }: Pick<Message, "stale">): string | null {
  return live?.notices.find(({ code }) => code === STALE)?.text ?? stale;
}

/** Return what is to be known of an answer: what was told while it came, and what is kept with it. */
export function noticesOf(live: Live | null, message: Pick<Message, "stale">): Live["notices"] {
  const others = live?.notices.filter(({ code }) => code !== STALE) ?? [];
  const text = staleOf(live, message);
  return text === null ? others : [{ code: STALE, text }, ...others];
}
