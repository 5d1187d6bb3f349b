/** What is done with one message of the chat that is open: rated, deleted, begun another chat from. */

import type { Message } from "./api";
import type { Conversation } from "./conversation";
import type { Deletions } from "./deletions";
import { told } from "./problem";
import type { Server } from "./server";
import type { Failure, State } from "./state";
import type { Store } from "./store";

/** As the server has it; see server/app_api/nouns_chats.py. */
const LONGEST_TITLE = 300;

export type Liked = 1 | -1 | null;

export interface Around {
  conversation: Conversation;
  deletions: Deletions;
  /** Hears of a chat that has begun. */
  begun: (chat: string) => void;
}

export class Messages {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #around: Around;

  constructor(store: Store<State>, server: Server, around: Around) {
    this.#store = store;
    this.#server = server;
    this.#around = around;
  }

  /** Keep what the reader thinks of an answer. */
  async like({ id }: Message, liked: Liked): Promise<void> {
    await this.#do("like.failed", async (chat) => {
      await this.#server.do((api) => api.like(chat, id, liked));
      const branch = this.#store.get().branch.map((message) => (message.id === id ? { ...message, liked } : message));
      this.#store.set({ branch });
    });
  }

  /** Copy the branch up to a message into a new chat, and go there. */
  async fork({ id }: Message, title: string): Promise<void> {
    await this.#do("fork.failed", async (chat) => {
      const made = await this.#server.do((api) => api.fork(chat, id, [...title].slice(0, LONGEST_TITLE).join("")));
      this.#around.begun(made.chat.id);
    });
  }

  /** Delete a message and all that follows it, unless that is undone. */
  remove(message: Message): void {
    const { chat, branch } = this.#store.get();
    if (chat === null) return;
    const { conversation, deletions } = this.#around;
    const leaf = branch.at(-1)?.id ?? message.id;
    deletions.later({ kind: "message", chat: chat.id, message: message.id, many: message.below + 1, leaf });
    void conversation.leave(message);
  }

  async #do(what: Failure["what"], work: (chat: string) => Promise<void>): Promise<void> {
    const { chat } = this.#store.get();
    if (chat === null) return;
    try {
      await work(chat.id);
    } catch (cause) {
      this.#store.set({ failed: { what, problem: told(cause) } });
    }
  }
}
