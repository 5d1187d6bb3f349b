/** The chat of which nothing is stored: begun, kept after all, and gone when it is left. */

import type { Chats } from "./chats";
import type { Drafts } from "./drafts";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

export class Temporary {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #drafts: Drafts;
  readonly #chats: Chats;
  readonly #changed: () => void;

  /** `changed` hears that what is open has become temporary, or is no longer. */
  constructor(store: Store<State>, server: Server, drafts: Drafts, chats: Chats, changed: () => void) {
    this.#store = store;
    this.#server = server;
    this.#drafts = drafts;
    this.#chats = chats;
    this.#changed = changed;
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
    this.#drafts.forget(left);
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
    const { chat } = this.#store.get().route;
    const typed = this.#drafts.get(chat);
    this.#drafts.forget(chat);
    this.#store.set({ isTemporary });
    this.#drafts.set(chat, typed);
    this.#changed();
  }
}
