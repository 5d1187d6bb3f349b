/** The answers that are being written in the chat that is open, each followed to its end. */

import type { Run } from "./api";
import { settled } from "./branch";
import { follow, type Following } from "./events";
import { advanced, begun, type Live } from "./live";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

export class Lives {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #following: Omit<Following, "signal" | "connected">;
  /** Those that are followed now, and what ends that. */
  readonly #readings = new Map<string, { run: Run; end: AbortController }>();
  /** All that were followed; a server may tell of one as being written just after it has ended. */
  readonly #known = new Set<string>();

  constructor(store: Store<State>, server: Server, following: Omit<Following, "signal" | "connected"> = {}) {
    this.#store = store;
    this.#server = server;
    this.#following = following;
  }

  get isFollowing(): boolean {
    return this.#readings.size > 0;
  }

  /** Follow those runs that were not followed yet, to the end of the last one. Return whether there were any. */
  async follow(runs: readonly Run[], signal: AbortSignal): Promise<boolean> {
    const fresh = runs.filter(({ id }) => !this.#known.has(id));
    if (fresh.length === 0) return false;
    this.#show([...this.#store.get().lives, ...fresh.map(({ id }) => begun(id))]);
    await Promise.all(fresh.map((run) => this.#read(run, signal)));
    return true;
  }

  /** Show an answer as what it has become. */
  settle(live: Live): void {
    const { branch, compared, lives } = this.#store.get();
    this.#store.set({
      branch: settled(branch, live),
      compared: compared && { ...compared, answers: settled(compared.answers, live) },
    });
    this.#show(lives.filter(({ answer }) => answer !== live.answer));
  }

  /** Read no further of an answer; return its run, if it has one. */
  leave(answer: string): Run | null {
    const reading = this.#readings.get(answer);
    reading?.end.abort();
    this.#readings.delete(answer);
    return reading?.run ?? null;
  }

  /** Leave all of them. */
  clear(): void {
    for (const answer of [...this.#readings.keys()]) this.leave(answer);
    this.#known.clear();
    this.#store.set({ lives: [] });
  }

  async #read(run: Run, signal: AbortSignal): Promise<void> {
    const end = new AbortController();
    signal.addEventListener("abort", () => end.abort(), { once: true });
    this.#known.add(run.id);
    this.#readings.set(run.id, { run, end });
    const path = this.#server.api.eventsPath(run.chat, run.id);
    const connected = (isThere: boolean) => this.#server.connected(isThere);
    let live = begun(run.id);
    try {
      for await (const event of follow(path, { ...this.#following, signal: end.signal, connected })) {
        live = advanced(live, event);
        if (live.outcome === null) this.#update(live);
        else this.settle(live);
      }
    } catch (cause) {
      this.#server.noteFailure(cause);
    }
    if (end.signal.aborted) return; // another reading may have begun of the same
    this.#show(this.#store.get().lives.filter(({ answer }) => answer !== run.id));
    this.#readings.delete(run.id);
  }

  #update(live: Live): void {
    this.#show(this.#store.get().lives.map((one) => (one.answer === live.answer ? live : one)));
  }

  #show(lives: readonly Live[]): void {
    this.#store.set({ lives, live: lives[0] ?? null });
  }
}
