/** The list of chats, and what is done to a chat as a whole. */

import type { Chat } from "./api";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

const AT_ONCE = 50;
const MOST_AT_ONCE = 200;

export class Chats {
  readonly #store: Store<State>;
  readonly #server: Server;

  constructor(store: Store<State>, server: Server) {
    this.#store = store;
    this.#server = server;
  }

  /** List anew as many as are listed already. */
  async list(): Promise<void> {
    const many = Math.min(Math.max(this.#store.get().chats.length, AT_ONCE), MOST_AT_ONCE);
    const page = await this.#server.attempt((api) => api.chats(many));
    if (page !== null) this.#store.set({ chats: page.chats, further: page.further, isListed: true });
  }

  async listMore(): Promise<void> {
    const { further } = this.#store.get();
    if (further === null) return;
    const page = await this.#server.attempt((api) => api.chats(AT_ONCE, further));
    if (page === null || this.#store.get().further !== further) return;
    const known = new Set(this.#store.get().chats.map((chat) => chat.id));
    const more = page.chats.filter((chat) => !known.has(chat.id));
    this.#store.set({ chats: [...this.#store.get().chats, ...more], further: page.further });
  }

  async rename(id: string, title: string): Promise<void> {
    const given = title.trim();
    if (given === "") return;
    const opened = await this.#server.attempt((api) => api.change(id, { title: given }));
    if (opened !== null) this.note(opened.chat);
  }

  /** Take a chat that is gone off the list. */
  drop(id: string): void {
    this.#store.set({ chats: this.#store.get().chats.filter((chat) => chat.id !== id) });
  }

  /** Show what became of a chat. */
  note(chat: Chat): void {
    const { chats, chat: open } = this.#store.get();
    this.#store.set({
      chats: chats.map((one) => (one.id === chat.id ? chat : one)),
      ...(open?.id === chat.id && { chat }),
    });
  }
}
