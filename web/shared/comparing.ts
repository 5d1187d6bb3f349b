/** What this browser remembers of comparing, for each chat: who answers as well, and which answers stand side by side. */

import type { OpenChat, Run } from "./api";
import type { ChatSaved } from "./chat-saved";
import { kept, type Rival, rivalOf } from "./rival";

export class Comparing {
  readonly #saved: ChatSaved;

  constructor(saved: ChatSaved) {
    this.#saved = saved;
  }

  /** Who answers as well in a chat; `chat` null is the one that has not begun. */
  rival = (chat: string | null): Rival | null => rivalOf(this.#saved.get("rival", chat));
  setRival = (chat: string | null, rival: Rival | null): void => {
    this.#saved.set("rival", chat, kept(rival));
  };

  /** The temperature that an answer was drawn with for a comparison; null: as the chat had it. */
  drawnWith = (chat: string, answer: string): number | null => this.#drawn(chat)[answer] ?? null;
  noteDrawn(chat: string, answer: string, temperature: number): void {
    this.#saved.set("drawn", chat, JSON.stringify({ ...this.#drawn(chat), [answer]: temperature }));
  }

  #drawn = (chat: string): Record<string, number> =>
    JSON.parse(this.#saved.get("drawn", chat) || "{}") as Record<string, number>;

  /** The question whose answers are shown side by side. */
  shown = (chat: string): string | null => this.#saved.get("compared", chat) || null;
  show = (chat: string, question: string | null): void => {
    this.#saved.set("compared", chat, question ?? "");
  };

  forget(chat: string | null): void {
    this.#saved.forget("rival", chat);
    this.#saved.forget("compared", chat);
    this.#saved.forget("drawn", chat);
  }
}

/** Return whether another window has changed, under this key of the browser's storage, what is shown side by side. */
export const isShownKey = (key: string | null): boolean => key?.includes("compared.") ?? false;

/**
 * Return the question of a chat whose answers are to be shown side by side: the one that several are being
 * written to, whoever asked, or the one that is remembered. Only where it is on the branch and has several.
 */
export function comparedIn({ messages, runs }: OpenChat, remembered: string | null): string | null {
  const question = questionOfSeveral(runs) ?? remembered;
  const answer = messages.find(({ parent, role }) => role === "assistant" && parent === question);
  return question !== null && answer !== undefined && answer.alternatives.length > 1 ? question : null;
}

function questionOfSeveral(runs: readonly Run[]): string | null {
  return runs.find((run, at) => runs.findIndex(({ question }) => question === run.question) < at)?.question ?? null;
}
