/** The chat that is open: asked in, answered, gone through by its branches. */

import type { Message, OpenChat, Question, Run } from "./api";
import { asked, askedAgain, asStopped, settled } from "./branch";
import type { Drafts } from "./drafts";
import { follow, type Following } from "./events";
import { advanced, begun, type Live, stopped } from "./live";
import { told } from "./problem";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

/** Ids of what the server has not named yet. */
const QUESTION = "question";
const ANSWER = "answer";

/** What of the world a conversation needs. */
export interface Around {
  drafts: Drafts;
  /** Seconds since 1970. */
  now: () => number;
  /** Hears that the server has a question, asked in a chat or, with null, to begin the one it is in now. */
  taken: (chat: string | null, text: string, now: string) => void;
  /** Hears that the list of chats has changed. */
  changed: () => void;
  following?: Omit<Following, "signal" | "connected">;
}

export class Conversation {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #around: Around;
  /** Ends the reading of the chat that is open, when another is opened. */
  #reading = new AbortController();
  /** The answer that is being written here, once it has a name. */
  #run: Pick<Run, "chat" | "id"> | null = null;
  #isBusy = false;
  /** The answer that was stopped here last, as far as its reader had it. */
  #stopped: Message | null = null;
  #stopping: Promise<unknown> = Promise.resolve();

  constructor(store: Store<State>, server: Server, around: Around) {
    this.#store = store;
    this.#server = server;
    this.#around = around;
  }

  /**
   * Show a chat, or, with null, the beginning of one; with a message, the branch that it is on. An answer that
   * is being written in it is followed.
   */
  async open(id: string | null, message: string | null = null): Promise<void> {
    const { signal } = this.#turnPage();
    this.#stopped = null;
    if (this.#store.get().chat?.id !== id) this.#store.set({ chat: null, branch: [] });
    this.#store.set({ live: null, sought: message, openProblem: null, askProblem: null });
    if (id === null) return;
    if (message !== null) await this.#server.attempt((api) => api.change(id, { leaf: message }));
    await this.#load(id, signal);
  }

  /** Fetch anew what is open, unless its news come anyway. */
  async refresh(): Promise<void> {
    const { chat } = this.#store.get().route;
    if (chat !== null && !this.#isBusy) await this.#load(chat, this.#reading.signal);
  }

  /** Ask after the branch shown. The text is a draft until the server has it. */
  ask(text: string): Promise<void> {
    const { chat, branch } = this.#store.get();
    this.#around.drafts.set(chat?.id ?? null, text);
    return this.#askAfter(branch.at(-1)?.id ?? null, text);
  }

  /** Ask otherwise in place of a question; the old one stays as a branch. */
  edit(question: Message, text: string): Promise<void> {
    return this.#askAfter(question.parent, text);
  }

  /** Have the question of an answer answered once more, perhaps by another model. */
  again(answer: Message, model?: string): Promise<void> {
    const { parent: question } = answer;
    const who = model ?? this.#store.get().model;
    if (question === null) return Promise.resolve();
    return this.#start({ again: question, ...(who !== null && { model: who }) }, (branch) =>
      askedAgain(branch, { ...this.#toCome(who), question }),
    );
  }

  /** Stop the answer: at once on the screen, then at the server. */
  stop(): void {
    const { live } = this.#store.get();
    if (live === null) return;
    this.#settle(stopped(live));
    // One that the server has not named yet is stopped as soon as it has.
    if (this.#run !== null) this.#stopRun(this.#run);
  }

  /** Show another of the messages that could stand at a place, with the branch below it. */
  async show(message: string): Promise<void> {
    const { chat } = this.#store.get();
    if (chat === null) return;
    const { signal } = this.#reading;
    const opened = await this.#server.attempt((api) => api.change(chat.id, { leaf: message }));
    if (opened !== null) this.#take(opened, signal);
  }

  // ---- asking ----

  #askAfter(parent: string | null, text: string): Promise<void> {
    const { model } = this.#store.get();
    return this.#start({ text, parent: parent ?? "", ...(model !== null && { model }) }, (branch) =>
      asked(branch, { ...this.#toCome(model), question: QUESTION, text, parent }),
    );
  }

  #toCome(model: string | null): { answer: string; model: string; now: number } {
    return { answer: ANSWER, model: model ?? this.#store.get().status?.model ?? "", now: this.#around.now() };
  }

  async #start(question: Question, shown: (branch: readonly Message[]) => Message[]): Promise<void> {
    const { chat, branch, live, asks } = this.#store.get();
    if (live !== null) return;
    const { signal } = this.#turnPage();
    this.#store.set({ branch: shown(branch), live: begun(ANSWER), asks: asks + 1, askProblem: null });
    try {
      await this.#stopping;
      const run = await this.#server.do((api) => api.ask(chat?.id ?? null, fitting(question, chat === null)));
      this.#around.taken(chat?.id ?? null, question.text ?? "", run.chat);
      await this.#began(run, signal);
    } catch (cause) {
      this.#refused(cause, question.text ?? "", branch, signal);
    }
  }

  async #began(run: Run, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#run = run;
    if (this.#store.get().live === null) this.#stopRun(run);
    else await this.#load(run.chat, signal);
  }

  /** Put everything back as it was before a question that was not taken, and its text with the drafts. */
  #refused(cause: unknown, text: string, branch: readonly Message[], signal: AbortSignal): void {
    const problem = told(cause);
    const chat = this.#store.get().chat?.id ?? null;
    const draft = this.#around.drafts.get(chat);
    if (draft !== text) this.#around.drafts.set(chat, [text, draft].filter(Boolean).join("\n\n"));
    if (!signal.aborted) this.#store.set({ branch, live: null, askProblem: problem });
  }

  // ---- reading ----

  #turnPage(): AbortController {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#run = null;
    this.#isBusy = false;
    return this.#reading;
  }

  async #load(id: string, signal: AbortSignal, follows = true): Promise<void> {
    this.#isBusy = true;
    try {
      const opened = await this.#server.do((api) => api.chat(id));
      const stopped = this.#stopped;
      const messages = stopped ? asStopped(opened.messages, stopped.id, stopped.text) : opened.messages;
      this.#take({ ...opened, messages }, signal);
      const { writing } = opened.chat;
      if (signal.aborted) return;
      if (writing !== null && follows) await this.#follow({ chat: id, id: writing }, signal);
      else this.#store.set({ live: null });
    } catch (cause) {
      const problem = told(cause);
      if (!signal.aborted && !problem.isUnreachable) this.#store.set({ openProblem: problem, live: null });
    } finally {
      if (!signal.aborted) this.#isBusy = false;
    }
  }

  #take(opened: OpenChat, signal: AbortSignal): void {
    if (!signal.aborted) this.#store.set({ chat: opened.chat, branch: opened.messages, openProblem: null });
  }

  async #follow(run: Pick<Run, "chat" | "id">, signal: AbortSignal): Promise<void> {
    this.#run = run;
    const path = this.#server.api.eventsPath(run.chat, run.id);
    const connected = (isThere: boolean) => this.#server.connected(isThere);
    let live = begun(run.id);
    this.#store.set({ live });
    try {
      for await (const event of follow(path, { ...this.#around.following, signal, connected })) {
        live = advanced(live, event);
        if (live.outcome === null) this.#store.set({ live });
        else this.#settle(live);
      }
    } catch (cause) {
      this.#server.noteFailure(cause);
      if (!signal.aborted) this.#store.set({ live: null });
      return;
    }
    if (signal.aborted) return;
    this.#around.changed();
    await this.#load(run.chat, signal, false);
  }

  /** Show an answer as what it has become. */
  #settle(live: Live): void {
    this.#store.set({ live: null, branch: settled(this.#store.get().branch, live) });
  }

  #stopRun(run: Pick<Run, "chat" | "id">): void {
    const { signal } = this.#turnPage();
    this.#stopping = this.#server
      .attempt((api) => api.stop(run))
      .then(() => {
        this.#around.changed();
        const { branch } = this.#store.get();
        this.#stopped = branch.find((message) => message.state === "stopped" && message.id === run.id) ?? null;
        return this.#load(run.chat, signal);
      });
  }
}

/** Return the question as the server takes it: the first of a chat follows nothing. */
function fitting(question: Question, isFirst: boolean): Question {
  const { parent, ...first } = question;
  return isFirst || parent === undefined ? first : question;
}
