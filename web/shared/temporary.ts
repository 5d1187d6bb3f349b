/** The chat of which nothing is stored: begun, kept after all, and gone when it is left. */

import type { ChatSaved } from "./chat-saved";
import type { Chats } from "./chats";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

/** What of the page depends on it. */
interface Around {
  /** Has everything forgotten that the page remembers of a chat. */
  forget: (chat: string | null) => void;
  /** Hears that what is open has become temporary, or is no longer. */
  changed: () => void;
}

export class Temporary {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #saved: ChatSaved;
  readonly #chats: Chats;
  readonly #around: Around;

  constructor(store: Store<State>, server: Server, saved: ChatSaved, chats: Chats, around: Around) {
    this.#store = store;
    this.#server = server;
    this.#saved = saved;
    this.#chats = chats;
    this.#around = around;
  }

  /** Have the chat that has not begun be a temporary one, or no longer. */
  toggle(): void {
    const { route, isTemporary } = this.#store.get();
    if (route.chat !== null) return;
    this.#become(!isTemporary);
  }

  /** End the temporary chat that is open, if another one is about to be shown. */
  leaveFor(chat: string | null): void {
    const { route, isTemporary } = this.#store.get();
    const left = route.chat;
    if (!isTemporary || left === chat) return;
    this.#around.forget(left);
    if (left !== null) void this.#server.attempt((api) => api.remove(left));
  }

  /** Store the chat that is open after all. Throws what went wrong. */
  async keep(): Promise<void> {
    const { chat } = this.#store.get();
    if (chat === null) return;
    const opened = await this.#server.do((api) => api.change(chat.id, { temporary: false }));
    if (this.#store.get().route.chat !== chat.id) return;
    this.#chats.note(opened.chat);
    this.#become(false);
  }

  #become(isTemporary: boolean): void {
    this.#saved.carry(this.#store.get().route.chat, () => this.#store.set({ isTemporary }));
    this.#around.changed();
  }
}
