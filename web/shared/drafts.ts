/** What was typed and not sent yet, for each chat. */

import type { Saved } from "./saved";

const NEW = "new";

export class Drafts {
  readonly #saved: Saved;

  constructor(saved: Saved) {
    this.#saved = saved;
  }

  /** `chat` null is the one that has not begun. */
  get = (chat: string | null): string => this.#saved.get(key(chat)) ?? "";
  set = (chat: string | null, text: string): void => this.#saved.set(key(chat), text);
  forget = (chat: string | null): void => this.#saved.set(key(chat), "");
}

const key = (chat: string | null): string => `draft.${chat ?? NEW}`;
