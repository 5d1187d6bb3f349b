/** What was typed and not sent yet, for each chat; of a temporary one only as long as this page is there. */

import { Saved } from "./saved";

const PREFIX = "draft.";
const NEW = "new";

export class Drafts {
  readonly #saved: Saved;
  readonly #passing = new Saved(null);
  readonly #isTemporary: (chat: string | null) => boolean;

  constructor(saved: Saved, isTemporary: (chat: string | null) => boolean = () => false) {
    this.#saved = saved;
    this.#isTemporary = isTemporary;
  }

  /** `chat` null is the one that has not begun. */
  get = (chat: string | null): string => this.#where(chat).get(key(chat)) ?? "";
  set = (chat: string | null, text: string): void => this.#where(chat).set(key(chat), text);

  forget(chat: string | null): void {
    this.#saved.set(key(chat), "");
    this.#passing.set(key(chat), "");
  }

  forgetAll(): void {
    this.#saved.drop(PREFIX);
    this.#passing.drop(PREFIX);
  }

  #where = (chat: string | null): Saved => (this.#isTemporary(chat) ? this.#passing : this.#saved);
}

const key = (chat: string | null): string => `${PREFIX}${chat ?? NEW}`;
