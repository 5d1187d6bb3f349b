/** What was typed or attached and not sent yet, for each chat. */

import type { Attachment } from "./attachments";
import type { ChatSaved } from "./chat-saved";

const NONE: readonly Attachment[] = [];

/** `chat` null is the one that has not begun. */
export class Drafts {
  readonly #saved: ChatSaved;
  readonly #attached = new Map<string | null, readonly Attachment[]>();
  /** What was typed here: another window may have forgotten it together with its chat. */
  readonly #typed = new Map<string | null, string>();

  constructor(saved: ChatSaved) {
    this.#saved = saved;
  }

  get = (chat: string | null): string => this.#saved.get("draft", chat);

  set = (chat: string | null, text: string): void => {
    this.#typed.set(chat, text);
    this.#saved.set("draft", chat, text);
  };

  forget(chat: string | null): void {
    this.#saved.forget("draft", chat);
    this.#saved.forget("attached", chat);
    this.#attached.set(chat, NONE);
    this.#typed.delete(chat);
  }

  /** A chat is gone: what was meant for it waits for the one that has not begun. */
  handOn(chat: string): void {
    const text = this.get(chat) || this.#typed.get(chat) || "";
    const list = this.attached(chat);
    this.forget(chat);
    if (text !== "") this.set(null, [this.get(null), text].filter(Boolean).join("\n\n"));
    if (list.length > 0) this.attach(null, [...this.attached(null), ...list]);
  }

  forgetAll(): void {
    this.#attached.clear();
    this.#typed.clear();
  }

  /** Return what is attached: the same list until another takes its place. */
  attached = (chat: string | null): readonly Attachment[] => {
    const before = this.#attached.get(chat);
    if (before !== undefined) return before;
    const list = parsed(this.#saved.get("attached", chat));
    this.#attached.set(chat, list);
    return list;
  };

  attach = (chat: string | null, list: readonly Attachment[]): void => {
    if (this.#attached.get(chat) === list) return;
    this.#attached.set(chat, list.length === 0 ? NONE : list);
    this.#saved.set("attached", chat, list.length === 0 ? "" : JSON.stringify(list));
  };

  /** Return whether what is attached would be lost with this visit. */
  isFleeting = (chat: string | null): boolean => this.#saved.isFleeting("attached", chat);
}

function parsed(kept: string): readonly Attachment[] {
  if (kept === "") return NONE;
  try {
    return JSON.parse(kept) as Attachment[];
  } catch {
    return NONE;
  }
}
