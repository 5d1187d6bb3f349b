/** Keeps what is shown in step with the server: hears of every change, and looks around where nobody tells. */

import type { Chat } from "./api";
import { type Change, Watch } from "./changes";
import type { Conversation } from "./conversation";
import type { Library } from "./models";
import type { Order } from "./order";
import type { Presets } from "./presets";
import { told } from "./problem";
import type { Server } from "./server";
import type { Shelves } from "./shelves";
import type { State } from "./state";
import type { Store } from "./store";

/** How often the page sees whether anything changed, while somebody looks at it and nobody tells it. */
const LOOKS_EVERY = 5_000;

/** What is fetched anew. */
export interface Shown {
  readonly conversation: Conversation;
  readonly library: Library;
  readonly order: Order;
  readonly presets: Presets;
  readonly shelves: Shelves;
  about(): Promise<void>;
  list(): Promise<void>;
}

export class InStep {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #shown: Shown;
  readonly #watch: Watch;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();

  constructor(store: Store<State>, server: Server, shown: Shown) {
    this.#store = store;
    this.#server = server;
    this.#shown = shown;
    this.#watch = new Watch({
      path: server.api.changesPath,
      changed: (changes) => this.#heard(changes),
      failed: (cause) => this.#unheard(cause),
    });
  }

  start(): void {
    document.addEventListener("visibilitychange", () => this.attend());
    this.#store.subscribe(() => this.attend());
    setInterval(() => this.isTold || document.hidden || void this.#lookAround(), LOOKS_EVERY);
  }

  /** Whether all that changes is being told. */
  get isTold(): boolean {
    return this.#watch.isTold;
  }

  /** Hear of every change; return what ends that. */
  onChange(work: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(work);
    return () => this.#listeners.delete(work);
  }

  /** Have changes told while somebody looks, is signed in, and the server is there; not otherwise. */
  attend(): void {
    if (!document.hidden && this.#isThere()) this.#watch.open();
    else this.#watch.close();
  }

  #isThere(): boolean {
    const { session, isReachable } = this.#store.get();
    return session === "signed-in" && isReachable;
  }

  #unheard(cause: unknown): void {
    told(cause); // throws what is a mistake of ours
    this.#server.noteFailure(cause);
  }

  /** Fetch what changed, and nothing else. */
  #heard(changes: readonly Change[]): void {
    const has = (...kinds: Change["kind"][]) => changes.some(({ kind }) => kinds.includes(kind));
    if (has("sessions", "all")) void this.#server.checkSession();
    if (has("settings", "models", "pull", "all")) void this.#shown.about();
    if (has("settings", "all")) void this.#shown.presets.list();
    if (has("models", "pull", "all")) void this.#shown.library.refresh();
    if (has("shelf", "all")) void this.#shown.shelves.look();
    if (has("chat", "chats", "all")) void this.#look(changes);
    for (const listener of [...this.#listeners]) listener(changes);
  }

  /** See what nobody tells of. */
  async #lookAround(): Promise<void> {
    if (this.#isThere()) await Promise.all([this.#look([]), this.#shown.library.look()]);
  }

  /** See which chats there are, and what the open one is by now, where it may be another. */
  async #look(changes: readonly Change[]): Promise<void> {
    if (!this.#isThere()) return;
    await this.#shown.list();
    const { chat, live } = this.#store.get();
    if (chat === null) return;
    const listed = await this.#shown.order.listed(chat);
    const isMeant = changes.some(({ kind, id }) => kind === "chats" || kind === "all" || id === chat.id);
    const isOther = listed && (differs(listed, chat) || (listed.writing !== null && live === null));
    if (isMeant || isOther) await this.#shown.conversation.refresh();
  }
}

/** Return whether a chat has changed, but for whether an answer is being written. */
function differs(listed: Chat, shown: Chat): boolean {
  return JSON.stringify({ ...listed, writing: null }) !== JSON.stringify({ ...shown, writing: null });
}
