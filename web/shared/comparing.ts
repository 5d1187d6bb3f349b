/** What this browser remembers of comparing, for each chat: who answers as well, and which answers stand side by side. */

import type { OpenChat, Run } from "./api";
import type { Saved } from "./saved";

const NEW = "new";
const SHOWN = "compared.";

export class Comparing {
  readonly #saved: Saved;

  constructor(saved: Saved) {
    this.#saved = saved;
  }

  /** The second model that answers in a chat; `chat` null is the one that has not begun. */
  rival = (chat: string | null): string | null => this.#saved.get(rivalKey(chat)) || null;
  setRival = (chat: string | null, model: string | null): void => {
    this.#saved.set(rivalKey(chat), model ?? "");
  };

  /** The question whose answers are shown side by side. */
  shown = (chat: string): string | null => this.#saved.get(SHOWN + chat) || null;
  show = (chat: string, question: string | null): void => {
    this.#saved.set(SHOWN + chat, question ?? "");
  };

  /** Take what was chosen before a chat began for that chat. */
  begun(chat: string): void {
    this.setRival(chat, this.rival(null));
    this.setRival(null, null);
  }

  forget(chat: string): void {
    this.setRival(chat, null);
    this.show(chat, null);
  }
}

/** Return whether another window has changed, under this key of the browser's storage, what is shown side by side. */
export const isShownKey = (key: string | null): boolean => key?.includes(SHOWN) ?? false;

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

const rivalKey = (chat: string | null): string => `rival.${chat ?? NEW}`;
