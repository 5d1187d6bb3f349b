/**
 * What changed at the server, told while somebody looks at the page: one stream for each window. Where it
 * fails it is begun again by and by, from the last change that was told.
 */

import { pause } from "./pause";
import { problemOf, Unreachable } from "./problem";
import { framesOf } from "./sse";

const KINDS = ["chat", "chats", "models", "pull", "shelf", "settings", "sessions", "all", "here"] as const;

/** See server/app_api/changes.py. `id` is a chat's, a download's or a shelf's, else empty. */
export interface Change {
  kind: (typeof KINDS)[number];
  id: string;
}

/** Of changes that come together one telling is made. */
const GATHERS = 50;

const FIRST_WAIT = 250;
const LONGEST_WAIT = 30_000;

interface Watching {
  path: string;
  /** Hears what changed, each thing once. */
  changed: (changes: readonly Change[]) => void;
  /** Hears why the stream broke, each time. */
  failed: (cause: unknown) => void;
  fetch?: typeof fetch;
  silence?: number;
}

export class Watch {
  readonly #given: Watching;
  #last = "";
  #open: AbortController | null = null;
  #isTold = false;
  #gathered = new Map<string, Change>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(given: Watching) {
    this.#given = given;
  }

  /** Whether all that changes is being told. */
  get isTold(): boolean {
    return this.#isTold;
  }

  open(): void {
    if (this.#open !== null) return;
    this.#open = new AbortController();
    void this.#follow(this.#open.signal);
  }

  /** End the stream; what changes meanwhile is told when it is opened again. */
  close(): void {
    this.#open?.abort();
    this.#open = null;
    this.#isTold = false;
  }

  async #follow(signal: AbortSignal): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        for await (const change of this.#connected(signal)) {
          failures = 0;
          this.#isTold = true;
          this.#gather(change);
        }
      } catch (cause) {
        if (!signal.aborted) this.#given.failed(cause);
      }
      if (signal.aborted) return;
      this.#isTold = false;
      await pause(Math.min(FIRST_WAIT * 2 ** failures++, LONGEST_WAIT), signal);
    }
  }

  async *#connected(signal: AbortSignal): AsyncGenerator<Change> {
    const answer = await this.#ask(signal);
    if (!answer.ok || answer.body === null) throw await problemOf(answer);
    const frames = framesOf(answer.body, this.#given.silence);
    for (;;) {
      const next = await frames.next().catch(() => null); // cut off: it is asked for again
      if (next === null || next.done || signal.aborted) return;
      const { id, event, data } = next.value;
      this.#last = id;
      // A newer server may tell of more than we know.
      const kind = KINDS.find((one) => one === event);
      if (kind !== undefined) yield { kind, id: (JSON.parse(data) as { id?: string }).id ?? "" };
    }
  }

  async #ask(signal: AbortSignal): Promise<Response> {
    const { fetch: get = fetch, path } = this.#given;
    const headers = { Accept: "text/event-stream" };
    try {
      return await get(`${path}?after=${encodeURIComponent(this.#last)}`, { signal, headers });
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw new Unreachable();
    }
  }

  #gather(change: Change): void {
    if (change.kind === "here") return;
    this.#gathered.set(`${change.kind} ${change.id}`, change);
    this.#timer ??= setTimeout(() => {
      const changes = [...this.#gathered.values()];
      this.#timer = undefined;
      this.#gathered.clear();
      this.#given.changed(changes);
    }, GATHERS);
  }
}
