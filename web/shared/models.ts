/** The models here, those to be had, and the downloads between. What the shelf holds stands in the app's state. */

import type { Card, Fit, NewPull, Plan, Verified } from "./api";
import { type Download, downloadsOf, isUnderWay } from "./downloads";
import { type Problem, told } from "./problem";
import type { Saved } from "./saved";
import type { Server } from "./server";
import { type Schedule, Store } from "./store";

export interface LibraryState {
  /** null until they have come. */
  cards: readonly Card[] | null;
  downloads: readonly Download[];
  /** Whether this machine is being measured, or will be once nobody is answered. */
  measuring: "no" | "now" | "later";
  /** Why the catalogue cannot be shown, or this machine not be measured. */
  problem: Problem | null;
}

const SEEN = "downloads";
/** As many as the server remembers. */
const MOST_SEEN = 32;

const LOOKS_EVERY = 1_000;
const MEASURES_AGAIN = 10_000;

/** Nobody hears from the server when a model is gone from memory: it goes once it is not used. */
const UNLOADS = 1_000;
const UNLOADING_TRIES = 6;

export class Library {
  readonly store: Store<LibraryState>;
  readonly #server: Server;
  /** Fetches the shelf anew. */
  readonly #about: () => Promise<void>;
  readonly #saved: Saved;
  /** Ended downloads that need not be shown any more, by id. */
  readonly #seen: Set<string>;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;

  constructor(server: Server, schedule: Schedule, saved: Saved, about: () => Promise<void>) {
    this.store = new Store<LibraryState>({ cards: null, downloads: [], measuring: "no", problem: null }, schedule);
    this.#server = server;
    this.#about = about;
    this.#saved = saved;
    this.#seen = new Set(saved.get(SEEN)?.split(" "));
  }

  // ---- what there is ----

  /** Fetch what the screen shows, and have this machine measured where it never was. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await Promise.all([this.#catalogue(), this.#about(), this.look()]);
    const { cards } = this.store.get();
    if (cards !== null && !cards.some((card) => card.files.some(isKnown))) await this.#measure();
  }

  /** Fetch anew what changed elsewhere, of what is shown. */
  async refresh(): Promise<void> {
    await Promise.all([this.look(), this.#isOpen && this.#catalogue()]);
  }

  /** Nobody looks at the screen any more. */
  close(): void {
    this.#isOpen = false;
  }

  async #catalogue(): Promise<void> {
    try {
      const { cards } = await this.#server.do((api) => api.catalogue());
      this.store.set({ cards, problem: null });
    } catch (cause) {
      this.store.set({ problem: told(cause) });
    }
  }

  async #measure(): Promise<void> {
    if (this.store.get().measuring === "now") return;
    this.store.set({ measuring: "now" });
    try {
      await this.#server.do((api) => api.fit());
      await Promise.all([this.#catalogue(), this.#about()]);
      this.store.set({ measuring: "no" });
    } catch (cause) {
      const problem = told(cause);
      if (problem.code !== "busy") this.store.set({ measuring: "no", problem });
      else this.#measureLater();
    }
  }

  #measureLater(): void {
    this.store.set({ measuring: "later" });
    setTimeout(() => {
      if (this.#isOpen) void this.#measure();
      else this.store.set({ measuring: "no" });
    }, MEASURES_AGAIN);
  }

  // ---- what is here ----

  /** Each throws what is wrong. */
  load = (name: string): Promise<void> => this.#change((server) => server.do((api) => api.load(name)));
  remove = (name: string): Promise<void> =>
    this.#change(async (server) => {
      await this.#freed(name);
      await server.do((api) => api.removeModel(name));
      await Promise.all([this.#catalogue(), this.look()]);
    });

  /** Have a model loaded by the time it is asked. If that fails, the answer will say why. */
  ready(name: string): void {
    void this.#server.attempt((api) => api.load(name)).then(() => this.#about());
  }

  async unload(name: string): Promise<void> {
    await this.#change((server) => server.do((api) => api.unload(name)));
    setTimeout(() => void this.#about(), UNLOADS);
  }

  /** Have a model leave the memory, and wait a while for it: somebody may still be answered by it. */
  async #freed(name: string): Promise<void> {
    for (let tries = 0; tries < UNLOADING_TRIES; tries++) {
      const { models } = await this.#server.do((api) => api.models());
      if (!models.some((model) => model.name === name && model.loaded !== null)) return;
      if (tries === 0) await this.#server.do((api) => api.unload(name));
      await new Promise((resolve) => setTimeout(resolve, UNLOADS));
    }
  }

  verify(name: string): Promise<Verified> {
    return this.#server.do((api) => api.verify(name));
  }

  async #change(work: (server: Server) => Promise<void>): Promise<void> {
    try {
      await work(this.#server);
    } finally {
      await this.#about();
    }
  }

  // ---- what comes ----

  /** Look at how the downloads do, and go on looking while any is under way: also those of other windows. */
  async look(): Promise<void> {
    clearTimeout(this.#looking);
    const found = await this.#server.attempt((api) => api.pulls());
    if (found === null) return;
    clearTimeout(this.#looking);
    const before = new Map(this.store.get().downloads.map((one) => [one.id, one]));
    const downloads = downloadsOf(found).filter(({ id }) => id === null || !this.#seen.has(id));
    if (!isSame(downloads, this.store.get().downloads)) this.store.set({ downloads });
    if (downloads.some(isUnderWay)) this.#looking = setTimeout(() => void this.look(), LOOKS_EVERY);
    const hasCome = downloads.some((one) => one.state === "done" && isUnderWay(before.get(one.id) ?? one));
    if (hasCome) await Promise.all([this.#about(), this.#catalogue()]);
  }

  /** Say what getting a model would bring. Asks its publisher's server. Throws what is wrong. */
  plan(ref: string, signal: AbortSignal): Promise<Plan> {
    return this.#server.do((api) => api.plan(ref, signal));
  }

  /** Begin to get what was planned; with `accepts`, with a yes to the words of its licence. Throws what is wrong. */
  async begin(plan: Plan, accepts: boolean): Promise<void> {
    const { ref, words, sha256 } = plan;
    await this.#pull({ ref, ...(accepts && { accepted: words }), ...(sha256 !== null && { sha256 }) });
  }

  /** Go on with one that was stopped, or cut off. Throws what is wrong. */
  async resume({ ref }: Download): Promise<void> {
    await this.#pull({ ref });
  }

  /** Stop one; what has come is kept. Throws what is wrong. */
  async pause({ id }: Download): Promise<void> {
    if (id !== null) await this.#server.do((api) => api.stopPull(id));
    await this.look();
  }

  /** Stop one, and remove what has come of it. Throws what is wrong. */
  async discard(download: Download): Promise<void> {
    if (isUnderWay(download)) await this.pause(download);
    await this.#server.do((api) => api.discard(download.name));
    await Promise.all([this.look(), this.#about()]);
  }

  /** Show one that has ended no more. */
  dismiss({ id }: Download): void {
    if (id !== null) this.#seen.add(id);
    this.#saved.set(SEEN, [...this.#seen].slice(-MOST_SEEN).join(" "));
    this.store.set({ downloads: this.store.get().downloads.filter((one) => one.id !== id) });
  }

  async #pull(asked: NewPull): Promise<void> {
    await this.#server.do((api) => api.pull(asked));
    await this.look();
  }
}

function isKnown({ fit }: { fit: Fit | null }): boolean {
  return fit !== null;
}

function isSame(one: readonly Download[], other: readonly Download[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
