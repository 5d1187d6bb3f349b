/** What was typed or attached and not sent yet, for each chat. */

import type { Attachment } from "./attachments";
import type { Saved } from "./saved";

const NEW = "new";
const NONE: readonly Attachment[] = [];

export class Drafts {
  readonly #saved: Saved;
  readonly #attached = new Map<string, readonly Attachment[]>();
  readonly #fleeting = new Set<string>();

  constructor(saved: Saved) {
    this.#saved = saved;
  }

  /** `chat` null is the one that has not begun. */
  get = (chat: string | null): string => this.#saved.get(key(chat)) ?? "";
  set = (chat: string | null, text: string): void => void this.#saved.set(key(chat), text);
  forget = (chat: string | null): void => {
    this.set(chat, "");
    this.attach(chat, NONE);
  };

  /** Return what is attached: the same list until another takes its place. */
  attached = (chat: string | null): readonly Attachment[] => {
    const place = attachedKey(chat);
    const before = this.#attached.get(place);
    if (before !== undefined) return before;
    const list = parsed(this.#saved.get(place));
    this.#attached.set(place, list);
    return list;
  };

  attach = (chat: string | null, list: readonly Attachment[]): void => {
    const place = attachedKey(chat);
    if (this.#attached.get(place) === list) return;
    this.#attached.set(place, list.length === 0 ? NONE : list);
    const isKept = this.#saved.set(place, list.length === 0 ? "" : JSON.stringify(list));
    if (isKept || list.length === 0) this.#fleeting.delete(place);
    else this.#fleeting.add(place);
  };

  /** Return whether what is attached would be lost with this visit. */
  isFleeting = (chat: string | null): boolean => this.#fleeting.has(attachedKey(chat));
}

const key = (chat: string | null): string => `draft.${chat ?? NEW}`;
const attachedKey = (chat: string | null): string => `attached.${chat ?? NEW}`;

function parsed(kept: string | null): readonly Attachment[] {
  if (kept === null || kept === "") return NONE;
  try {
    return JSON.parse(kept) as Attachment[];
  } catch {
    return NONE;
  }
}
