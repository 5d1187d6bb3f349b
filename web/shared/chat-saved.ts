/** What this browser remembers of each chat; of a temporary one only as long as this page is there. */

import { Saved } from "./saved";

const KINDS = ["draft", "attached", "rival", "compared", "drawn", "setup"] as const;
const NEW = "new";

type Kind = (typeof KINDS)[number];

/** `chat` null is the one that has not begun. */
export class ChatSaved {
  readonly #saved: Saved;
  readonly #passing = new Saved(null);
  readonly #isTemporary: (chat: string | null) => boolean;

  constructor(saved: Saved, isTemporary: (chat: string | null) => boolean = () => false) {
    this.#saved = saved;
    this.#isTemporary = isTemporary;
  }

  get = (kind: Kind, chat: string | null): string => this.#where(chat).get(key(kind, chat)) ?? "";
  set = (kind: Kind, chat: string | null, text: string): void => this.#where(chat).set(key(kind, chat), text);

  /** Return whether something would be lost with this visit that was meant to outlast it. */
  isFleeting = (kind: Kind, chat: string | null): boolean => !this.#isTemporary(chat) && this.#saved.isFleeting(key(kind, chat));

  forget(kind: Kind, chat: string | null): void {
    for (const saved of [this.#saved, this.#passing]) saved.set(key(kind, chat), "");
  }

  forgetAll(): void {
    for (const saved of [this.#saved, this.#passing]) for (const kind of KINDS) saved.drop(`${kind}.`);
  }

  /** Take along what is remembered of a chat while `change` makes it a temporary one, or no longer. */
  carry(chat: string | null, change: () => void): void {
    const remembered = KINDS.map((kind) => [kind, this.get(kind, chat)] as const);
    for (const kind of KINDS) this.forget(kind, chat);
    change();
    for (const [kind, text] of remembered) if (text !== "") this.set(kind, chat, text);
  }

  #where = (chat: string | null): Saved => (this.#isTemporary(chat) ? this.#passing : this.#saved);
}

const key = (kind: Kind, chat: string | null): string => `${kind}.${chat ?? NEW}`;
