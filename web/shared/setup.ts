/** What is set for the chat that is open, and for one that has not begun: changed here, kept, sent, told. */

import type { Chat, Chosen, Preset } from "./api";
import type { ChatSaved } from "./chat-saved";
import { type ChatSettings, given } from "./chat-settings";
import { type Problem, told } from "./problem";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

/** Instructions placed before a chat, its settings as a whole, and what it is answered from. */
export interface Setup {
  system: string;
  settings: ChatSettings;
  /** The ids of the shelves that it is answered from. */
  knowledge: string[];
  /** Whether it is answered in quotes alone. */
  quote: boolean;
  /** Where its questions go; null: as is usual in all chats. */
  route: Chosen | null;
}

/** What was changed and is not with the server yet. */
export interface Edit extends Partial<Setup> {
  /** Why it could not be sent. */
  problem: Problem | null;
}

/** A preset that was laid over a chat, and what was there before it. */
export interface Applied {
  chat: string | null;
  name: string;
  before: Pick<Setup, "system" | "settings">;
}

export type Edits = Readonly<Record<string, Edit>>;

/** Changes within this time are sent together. */
const PAUSE = 500;
const NEW = "new";
const NO_SHELVES: string[] = [];

export class Setups {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #saved: ChatSaved;
  readonly #note: (chat: Chat) => void;
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #sending = new Map<string, Promise<void>>();

  /** `note` shows what became of a chat. */
  constructor(store: Store<State>, server: Server, saved: ChatSaved, note: (chat: Chat) => void) {
    this.#store = store;
    this.#server = server;
    this.#saved = saved;
    this.#note = note;
    server.onBack(() => this.#resend());
  }

  /** Bring back what was changed for a chat and never reached the server, from an earlier visit too. */
  recall(chat: string | null): void {
    if (this.#edit(chat) !== undefined) return;
    const kept = readEdit(this.#saved.get("setup", chat));
    if (kept === null) return;
    this.#put(chat, kept);
    this.#sendSoon(chat);
  }

  /** Change what is set for a chat. It is sent by itself; for one that has not begun, with its first question. */
  change(chat: string | null, change: Partial<Setup>): void {
    this.#put(chat, { ...this.#edit(chat), ...change, problem: null });
    // To take the preset back now would take this along.
    if (this.#store.get().applied?.chat === chat) this.#store.set({ applied: null });
    this.#sendSoon(chat);
  }

  /** Lay a preset over a chat, at once. */
  apply(chat: string | null, preset: Preset): void {
    const { system, settings } = setupOf(this.#store.get(), chat);
    this.change(chat, { system: preset.system, settings: given(preset.settings) });
    this.#store.set({ applied: { chat, name: preset.name, before: { system, settings } } });
    void this.send(chat);
  }

  /** Take back the preset that was laid over a chat last. */
  undo(): void {
    const { applied } = this.#store.get();
    if (applied === null) return;
    this.change(applied.chat, applied.before);
    this.#store.set({ applied: null });
    void this.send(applied.chat);
  }

  /** Send what was changed for a chat that has begun; what goes wrong stands with the change. */
  async send(chat: string | null): Promise<void> {
    if (chat === null) return;
    clearTimeout(this.#timers.get(chat));
    const running = this.#sending.get(chat);
    const sending = (running ?? Promise.resolve()).then(() => this.#sendNow(chat));
    this.#sending.set(chat, sending);
    await sending;
  }

  /**
   * Return what a question brings along to begin a chat with. For a chat that has begun, all that was changed is
   * with the server on return. Throws why it is not.
   */
  forAsking = async (chat: string | null): Promise<Partial<Setup>> => {
    this.recall(chat);
    const edit = this.#edit(chat);
    if (chat === null) return edit === undefined ? {} : partsOf(edit);
    if (edit === undefined) return {};
    await this.send(chat);
    const problem = this.#edit(chat)?.problem;
    if (problem) throw problem;
    return {};
  };

  /** The chat that had not begun has. */
  begun(): void {
    this.#drop(null);
    this.#store.set({ applied: null });
  }

  /** A chat is deleted or left for good, and with it what was changed for it. */
  forget(chat: string | null): void {
    if (chat !== null) clearTimeout(this.#timers.get(chat));
    this.#drop(chat);
  }

  /** All are deleted. */
  forgetAll(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#store.set({ edits: {}, applied: null });
  }

  async #sendNow(chat: string): Promise<void> {
    const edit = this.#edit(chat);
    if (edit === undefined) return;
    if (edit.problem !== null) this.#put(chat, { ...edit, problem: null });
    const sent = this.#edit(chat);
    try {
      const opened = await this.#server.do((api) => api.change(chat, partsOf(edit)));
      this.#note(opened.chat);
      if (this.#store.get().chat?.id === chat) this.#store.set({ context: opened.context, always: opened.always, chosen: opened.route });
      if (this.#edit(chat) === sent) this.#drop(chat);
    } catch (cause) {
      const problem = told(cause);
      const now = this.#edit(chat);
      if (now !== undefined) this.#put(chat, { ...now, problem });
    }
  }

  #sendSoon(chat: string | null): void {
    if (chat === null) return;
    clearTimeout(this.#timers.get(chat));
    this.#timers.set(chat, setTimeout(() => void this.send(chat), PAUSE));
  }

  #resend(): void {
    for (const [chat, edit] of Object.entries(this.#store.get().edits)) {
      if (chat !== NEW && edit.problem?.isUnreachable) void this.send(chat);
    }
  }

  #edit(chat: string | null): Edit | undefined {
    return this.#store.get().edits[chat ?? NEW];
  }

  #put(chat: string | null, edit: Edit): void {
    this.#saved.set("setup", chat, JSON.stringify(partsOf(edit)));
    this.#store.set({ edits: { ...this.#store.get().edits, [chat ?? NEW]: edit } });
  }

  #drop(chat: string | null): void {
    const { [chat ?? NEW]: _, ...others } = this.#store.get().edits;
    this.#saved.forget("setup", chat);
    this.#store.set({ edits: others });
  }
}

/** Return what is set for a chat, or for the one that has not begun, with what was changed here. */
export function setupOf(state: State, chat: string | null): Setup {
  const edit = state.edits[chat ?? NEW];
  const open = chat === null ? null : (state.chats.find(({ id }) => id === chat) ?? null);
  const there = state.chat?.id === chat ? state.chat : open;
  return {
    system: edit?.system ?? there?.system ?? (chat === null ? (state.defaults?.system ?? "") : ""),
    settings: edit?.settings ?? given(there?.settings),
    knowledge: edit?.knowledge ?? there?.knowledge ?? NO_SHELVES,
    quote: edit?.quote ?? there?.quote ?? false,
    route: edit?.route !== undefined ? edit.route : state.chat?.id === chat ? state.chosen : null,
  };
}

/** Whether the next question is to be answered elsewhere. */
export const goesThere = (state: State): boolean => (state.only ?? setupOf(state, state.route.chat).route ?? state.usual).route === "there";

export function editOf(state: State, chat: string | null): Edit | undefined {
  return state.edits[chat ?? NEW];
}

function partsOf({ system, settings, knowledge, quote, route }: Edit): Partial<Setup> {
  return {
    ...(system !== undefined && { system }),
    ...(settings !== undefined && { settings }),
    ...(knowledge !== undefined && { knowledge }),
    ...(quote !== undefined && { quote }),
    ...(route !== undefined && { route }),
  };
}

function readEdit(text: string): Edit | null {
  if (text === "") return null;
  try {
    return { ...partsOf(JSON.parse(text) as Edit), problem: null };
  } catch {
    return null;
  }
}
