/** Answers side by side: those of two models to one question, or all versions of one. */

import type { Message } from "./api";
import type { Comparing } from "./comparing";
import type { Conversation } from "./conversation";
import type { Rival } from "./rival";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

export class SideBySide {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #comparing: Comparing;
  readonly #conversation: Conversation;

  constructor(store: Store<State>, server: Server, comparing: Comparing, conversation: Conversation) {
    this.#store = store;
    this.#server = server;
    this.#comparing = comparing;
    this.#conversation = conversation;
  }

  /** Have somebody else answer the next questions of this chat as well; null: nobody. */
  compareWith(rival: Rival | null): void {
    this.#comparing.setRival(this.#store.get().route.chat, rival);
    this.#store.set({ rival });
  }

  /** Show all versions of an answer. */
  async open(answer: Message): Promise<void> {
    const { chat } = this.#store.get();
    const { parent: question } = answer;
    if (chat === null || question === null) return;
    const found = await this.#server.attempt((api) => api.versions(chat.id, answer.id));
    if (found === null || this.#store.get().chat?.id !== chat.id) return;
    this.#comparing.show(chat.id, question);
    this.#store.set({ compared: { question, answers: found.messages } });
  }

  /** Return the temperature that an answer was drawn with to be compared; null: as the chat had it. */
  drawnWith(answer: Message): number | null {
    const { chat } = this.#store.get();
    return chat && this.#comparing.drawnWith(chat.id, answer.id);
  }

  /** Show one again: that of the branch. */
  close(): void {
    const { chat } = this.#store.get();
    if (chat !== null) this.#comparing.show(chat.id, null);
    this.#store.set({ compared: null });
  }

  /** Go on with one of them. Another that is still being written is stopped, and stays as a version. */
  async keep(answer: Message): Promise<void> {
    const { compared, branch, lives } = this.#store.get();
    const others = compared?.answers.filter(({ id }) => id !== answer.id) ?? [];
    for (const { id } of others) if (lives.some((live) => live.answer === id)) this.#conversation.stop(id);
    this.close();
    if (!branch.some(({ id }) => id === answer.id)) await this.#conversation.show(answer.id);
  }
}
