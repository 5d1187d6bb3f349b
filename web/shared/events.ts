/** The events of a run, followed to its end over any number of connections: none lost, none doubled. */

import type { Citation, Claim, Grounds } from "./grounds";
import { pause } from "./pause";
import { type Problem, problemOf } from "./problem";
import { framesOf } from "./sse";

interface Usage {
  prompt: number;
  reused: number;
  answer: number;
}

interface Timings {
  first_token: number;
  total: number;
  prompt_per_second: number;
  answer_per_second: number;
}

/** What each event says; see server/app_api/telling.py. */
interface Said {
  asked: { chat: string; question: string; answer: string };
  grounds: Grounds;
  waiting: { before: number; seconds: number; loading: boolean };
  reading: { read: number; total: number };
  notice: { code: string; text: string };
  computed: { name: string; arguments: Record<string, string>; result: string };
  reasoning: { text: string; seconds: number };
  text: { text: string };
  whole: { text: string; reasoning: string; thought: number | null };
  done: {
    reason: string;
    text: string;
    model: string;
    digest: string;
    usage: Usage;
    timings: Timings;
    reasoning: string;
    thought: number | null;
    claims?: Claim[];
    citations?: Citation[];
    supported_share?: number | null;
  };
  stopped: Record<string, never>;
  failed: { error: { code: string; sentence: string; hint: string | null } };
}

type EventName = keyof Said;
export type RunEvent = { [Name in EventName]: { id: number; name: Name; said: Said[Name] } }[EventName];

const NAMES: ReadonlySet<string> = new Set<EventName>([
  "asked", "grounds", "waiting", "reading", "notice", "computed", "reasoning", "text", "whole", "done", "stopped", "failed",
]);
const ENDS: ReadonlySet<string> = new Set<EventName>(["done", "stopped", "failed"]);

const FIRST_WAIT = 250;
const LONGEST_WAIT = 4_000;

export interface Following {
  signal: AbortSignal;
  after?: number;
  fetch?: typeof fetch;
  wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Hears whether there is a connection. */
  connected?: (isConnected: boolean) => void;
}

/**
 * Yield the events after a given one, to the run's end. A lost connection is made again and goes on after
 * the last event that came whole. Ends quietly when aborted, and when the server knows of no further event.
 * Throws the Problem that makes going on useless.
 */
export async function* follow(path: string, options: Following): AsyncGenerator<RunEvent> {
  const { signal, connected, fetch: get = fetch, wait = pause } = options;
  let last = options.after ?? 0;
  let failures = 0;
  while (!signal.aborted) {
    const answer = await connect(get, `${path}?after=${last}`, signal);
    if (answer?.status === 204) return;
    if (answer?.ok && answer.body) {
      connected?.(true);
      for await (const event of eventsOf(answer.body, last)) {
        if (signal.aborted) return;
        last = event.id;
        failures = 0;
        yield event;
        if (ENDS.has(event.name)) return;
      }
    } else if (answer) {
      const problem: Problem = await problemOf(answer);
      if (!problem.isPassing) throw problem;
    }
    if (signal.aborted) return;
    connected?.(false);
    await wait(Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT), signal);
  }
}

async function connect(get: typeof fetch, path: string, signal: AbortSignal): Promise<Response | null> {
  try {
    return await get(path, { signal, headers: { Accept: "text/event-stream" } });
  } catch {
    return null;
  }
}

/** Yield what is new of one connection, until it ends, however it does. */
async function* eventsOf(body: ReadableStream<Uint8Array>, after: number): AsyncGenerator<RunEvent> {
  const frames = framesOf(body);
  for (;;) {
    let next;
    try {
      next = await frames.next();
    } catch {
      return;
    }
    if (next.done) return;
    const { id, event, data } = next.value;
    // A newer server may tell more than we know of.
    if (NAMES.has(event) && Number(id) > after) {
      yield { id: Number(id), name: event, said: JSON.parse(data) } as RunEvent;
    }
  }
}
