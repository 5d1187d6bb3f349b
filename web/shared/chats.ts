/** The list of chats, and what is done to a chat as a whole. */

import type { Chat } from "./api";
import { told } from "./problem";
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
    const page = await this.#server.attempt((api) => api.chats("unfiled", many));
    if (page !== null) this.#store.set({ chats: page.chats, further: page.further, isListed: true });
  }

  async listMore(): Promise<void> {
    const { further } = this.#store.get();
    if (further === null) return;
    const page = await this.#server.attempt((api) => api.chats("unfiled", AT_ONCE, further));
    if (page === null || this.#store.get().further !== further) return;
    const known = new Set(this.#store.get().chats.map((chat) => chat.id));
    const more = page.chats.filter((chat) => !known.has(chat.id));
    this.#store.set({ chats: [...this.#store.get().chats, ...more], further: page.further });
  }

  async rename(id: string, title: string): Promise<void> {
    const given = title.trim();
    if (given === "") return;
    try {
      const opened = await this.#server.do((api) => api.change(id, { title: given }));
      this.note(opened.chat);
    } catch (cause) {
      this.#store.set({ failed: { what: "rename.failed", problem: told(cause) } });
    }
  }

  /** Take a chat that is gone off the lists. */
  drop(id: string): void {
    const without = (chats: readonly Chat[]) => chats.filter((chat) => chat.id !== id);
    this.#store.set({ chats: without(this.#store.get().chats), filed: this.#filed(without) });
  }

  /** Show what became of a chat. */
  note(chat: Chat): void {
    const { chats, chat: open } = this.#store.get();
    const renewed = (all: readonly Chat[]) => all.map((one) => (one.id === chat.id ? chat : one));
    this.#store.set({
      chats: renewed(chats),
      filed: this.#filed(renewed),
      ...(open?.id === chat.id && { chat }),
    });
  }

  /** Return the folders' lists with the same done to each. */
  #filed(change: (chats: readonly Chat[]) => readonly Chat[]): State["filed"] {
    const lists = Object.entries(this.#store.get().filed);
    return Object.fromEntries(lists.map(([name, page]) => [name, { ...page, chats: change(page.chats) }]));
  }
}
