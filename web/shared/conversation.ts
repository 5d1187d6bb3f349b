/** The chat that is open: asked in, answered, gone through by its branches. */

import type { Message, OpenChat, Question, Run } from "./api";
import { type Attachment, sent } from "./attachments";
import { asked, askedAgain, asStopped, goneOnWith, nearest } from "./branch";
import { comparedIn, type Comparing } from "./comparing";
import type { Deletion } from "./deletions";
import { spared } from "./doomed";
import type { Drafts } from "./drafts";
import type { Following } from "./events";
import { begun, stopped } from "./live";
import { Lives } from "./lives";
import { Problem, told } from "./problem";
import { isOther } from "./rival";
import type { Server } from "./server";
import type { Setup } from "./setup";
import type { State } from "./state";
import type { Store } from "./store";

const GONE = "not_found";

/** The code of a model or variant that has been removed. */
const NO_MODEL = "no_model";

/** Ids of what the server has not named yet. */
export const QUESTION = "question";
const ANSWER = "answer";

const NOTHING: readonly Attachment[] = [];

/** What of the world a conversation needs. */
export interface Around {
  drafts: Drafts;
  comparing: Comparing;
  /** Seconds since 1970. */
  now: () => number;
  /** Hears that the server has a question, asked in a chat or, with null, to begin the one it is in now. */
  taken: (chat: string | null, text: string, now: string, attached: readonly Attachment[]) => void;
  /** Hears that the list of chats has changed. */
  changed: () => void;
  /** Sees that what was set for a chat holds; returns what one that begins, begins with. */
  setUp: (chat: string | null) => Promise<Partial<Setup>>;
  following?: Omit<Following, "signal" | "connected">;
}

export class Conversation {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #around: Around;
  readonly #lives: Lives;
  /** Ends the reading of the chat that is open, when another is opened. */
  #reading = new AbortController();
  /** What was read of answers when they were stopped. */
  #cut = new Map<string, string>();
  #isBusy = false;
  #stopping: Promise<unknown> = Promise.resolve();

  constructor(store: Store<State>, server: Server, around: Around) {
    this.#store = store;
    this.#server = server;
    this.#around = around;
    this.#lives = new Lives(store, server, around.following);
  }

  /**
   * Show a chat, or, with null, the beginning of one; with a message, the branch that it is on. Answers that
   * are being written in it are followed. `isTemporary`: as far as it is known before it comes.
   */
  async open(id: string | null, message: string | null = null, isTemporary = false): Promise<void> {
    const { signal } = this.#turnPage();
    this.#cut.clear();
    if (this.#store.get().chat?.id !== id) this.#store.set({ chat: null, branch: [], context: null, compared: null });
    this.#store.set({ isTemporary, live: null, sought: message, openProblem: null, askProblem: null, only: null });
    this.#store.set({ rival: this.#around.comparing.rival(id) });
    if (id === null) return;
    if (message !== null) await this.#server.attempt((api) => api.change(id, { leaf: message }));
    await this.#load(id, signal);
  }

  /** Fetch anew what is open; of what is being asked, the news come anyway. */
  async refresh(): Promise<void> {
    const { chat } = this.#store.get().route;
    if (chat !== null && (!this.#isBusy || this.#lives.isFollowing)) await this.#load(chat, this.#reading.signal);
  }

  /** Ask after the branch shown. The text, and what is attached, are a draft until the server has them. */
  ask(text: string, attached = NOTHING): Promise<void> {
    const { chat, branch } = this.#store.get();
    this.#around.drafts.set(chat?.id ?? null, text);
    if (attached.length > 0) this.#around.drafts.attach(chat?.id ?? null, attached);
    return this.#askAfter(branch.at(-1)?.id ?? null, text, attached);
  }

  /** Ask otherwise in place of a question; the old one stays as a branch. */
  edit(question: Message, text: string, attached = NOTHING): Promise<void> {
    return this.#askAfter(question.parent, text, attached);
  }

  /** Have the question of an answer answered once more, perhaps by another model. */
  again(answer: Message, model?: string): Promise<void> {
    return answer.parent === null ? Promise.resolve() : this.answer(answer.parent, model);
  }

  /** Have a question answered, perhaps by another model. */
  answer(question: string, model?: string): Promise<void> {
    const who = model ?? this.#store.get().model;
    return this.#start({ again: question, ...(who !== null && { model: who }) }, (branch) =>
      askedAgain(branch, { ...this.#toCome(who), question }),
    );
  }

  /** Go on with an answer that was cut, where it ended, by the model that began it if it is still here. */
  goOn(answer: Message): Promise<void> {
    const { model, models, variants } = this.#store.get();
    const who = [...models, ...variants].some(({ name }) => name === answer.model) ? answer.model : model;
    const question = { go_on: answer.id, ...(who !== null && { model: who }) };
    return this.#start(question, (branch) => goneOnWith(branch, answer.id), NOTHING, answer.id);
  }

  /** Stop the answers that are being written, or one of them: at once on the screen, then at the server. */
  stop(answer?: string): void {
    const { live, lives } = this.#store.get();
    if (live === null) return;
    const all = lives.length > 0 ? lives : [live];
    const ended = all.filter((one) => answer === undefined || one.answer === answer);
    for (const one of ended) {
      this.#cut.set(one.answer, one.text);
      this.#lives.settle(stopped(one));
    }
    // One that the server has not named yet is stopped as soon as it has.
    const runs = ended.map((one) => this.#lives.leave(one.answer)).filter((run) => run !== null);
    if (runs.length > 0) this.#stopRuns(runs);
  }

  /** Show another of the messages that could stand at a place, with the branch below it. */
  async show(message: string): Promise<void> {
    const { chat } = this.#store.get();
    if (chat === null) return;
    const { signal } = this.#reading;
    const opened = await this.#server.attempt((api) => api.change(chat.id, { leaf: message }));
    if (opened !== null) await this.#take(opened, signal);
  }

  /** Show the branch without what is about to be deleted: another version of it, if there is one. */
  async leave(message: Message): Promise<void> {
    const { branch, doomed } = this.#store.get();
    this.#store.set({ branch: spared(branch, doomed) });
    const other = nearest(message);
    if (other !== undefined) await this.show(other);
  }

  /** Show again what was about to be deleted. */
  async restore(deletion: Extract<Deletion, { kind: "message" }>): Promise<void> {
    const { chat, live } = this.#store.get();
    if (chat?.id === deletion.chat && live === null) await this.show(deletion.leaf);
  }

  // ---- asking ----

  #askAfter(parent: string | null, text: string, attached: readonly Attachment[]): Promise<void> {
    const { model, only } = this.#store.get();
    const question: Question = { text, parent: parent ?? "", ...(model !== null && { model }), ...(only && { only }) };
    if (attached.length > 0) question.attachments = sent(attached);
    return this.#start(
      question,
      (branch) => asked(branch, { ...this.#toCome(model), question: QUESTION, text, parent, attached }),
      attached,
    );
  }

  #toCome(model: string | null): { answer: string; model: string; now: number } {
    return { answer: ANSWER, model: model ?? this.#store.get().status?.model ?? "", now: this.#around.now() };
  }

  async #start(
    question: Question,
    shown: (branch: readonly Message[]) => Message[],
    attached = NOTHING,
    answer: string = ANSWER,
  ): Promise<void> {
    const { chat, branch, live, asks, isTemporary } = this.#store.get();
    if (live !== null) return;
    const { signal } = this.#turnPage();
    this.#isBusy = true;
    if (question.again === undefined) this.#store.set({ compared: null });
    this.#cut.delete(answer);
    this.#store.set({ branch: shown(branch), live: begun(answer), asks: asks + 1, askProblem: null });
    try {
      await this.#stopping;
      const setup = await this.#around.setUp(chat?.id ?? null);
      const whole = { ...fitting(question, chat === null, isTemporary), ...setup };
      const run = await this.#server.do((api) => api.ask(chat?.id ?? null, whole));
      // One that its reader has left already was never theirs to see.
      if (signal.aborted && chat === null && isTemporary) return void this.#server.attempt((api) => api.remove(run.chat));
      this.#around.taken(chat?.id ?? null, question.text ?? "", run.chat, attached);
      if (question.again === undefined && question.go_on === undefined) {
        this.#store.set({ only: null });
        await this.#askRival(run, signal);
      }
      await this.#began(run, signal);
    } catch (cause) {
      this.#refused(cause, question.text ?? "", attached, branch, signal);
    }
  }

  async #began(run: Run, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { live } = this.#store.get();
    if (live === null && run.offer === null) return this.#stopRuns([run]);
    await this.#load(run.chat, signal);
    // Nobody answers before its reader has said where; who has stopped it meanwhile finds it under the question.
    if (live === null || run.offer === null || signal.aborted) return;
    this.#store.set({ leaving: { chat: run.chat, question: run.question, upstream: run.offer.upstream } });
  }

  /** Have the question answered by somebody else as well, where that is wished for. */
  async #askRival({ chat, question, offer }: Run, signal: AbortSignal): Promise<void> {
    const { rival, model, status, live } = this.#store.get();
    const isAsked = !signal.aborted && offer === null && rival !== null && isOther(rival, model ?? status?.model) && live !== null;
    this.#around.comparing.show(chat, isAsked ? question : null);
    if (!isAsked) return;
    try {
      const { model: other, temperature } = rival;
      const drawn = temperature !== null && { sampling: { temperature } };
      const run = await this.#server.do((api) => api.ask(chat, { again: question, model: other, beside: true, ...drawn }));
      if (temperature !== null) this.#around.comparing.noteDrawn(chat, run.id, temperature);
    } catch (cause) {
      this.#store.set({ askProblem: told(cause) });
    }
  }

  /** Put everything back as it was before a question that was not taken, and what was in it with the drafts. */
  #refused(
    cause: unknown,
    text: string,
    attached: readonly Attachment[],
    branch: readonly Message[],
    signal: AbortSignal,
  ): void {
    const problem = this.#withUsual(told(cause));
    const chat = this.#store.get().chat?.id ?? null;
    const draft = this.#around.drafts.get(chat);
    if (draft !== text) this.#around.drafts.set(chat, [text, draft].filter(Boolean).join("\n\n"));
    const waiting = this.#around.drafts.attached(chat);
    if (waiting !== attached && attached.length > 0) this.#around.drafts.attach(chat, [...attached, ...waiting]);
    if (signal.aborted) return;
    this.#isBusy = false;
    this.#store.set({ branch, live: null, askProblem: problem });
    if (chat !== null && !problem.isUnreachable) void this.refresh(); // another window may have asked before
  }

  /** Choose the usual model where the one that was chosen has been removed: to try again is to ask that. */
  #withUsual(problem: Problem): Problem {
    if (problem.code !== NO_MODEL) return problem;
    this.#store.set({ model: null });
    void this.#server
      .attempt((api) => api.models())
      .then((shelf) => shelf && this.#store.set({ models: shelf.models, variants: shelf.variants }));
    const { code, sentence, status, field, first } = problem;
    return new Problem(code, sentence, null, status, field, first);
  }

  // ---- reading ----

  #turnPage(): AbortController {
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#lives.clear();
    this.#isBusy = false;
    return this.#reading;
  }

  async #load(id: string, signal: AbortSignal): Promise<void> {
    this.#isBusy = true;
    try {
      const opened = await this.#server.do((api) => api.chat(id));
      await this.#take(opened, signal);
      if (signal.aborted) return;
      if (await this.#lives.follow(opened.runs, signal)) await this.#ended(id, signal);
      else if (!this.#lives.isFollowing) this.#store.set({ live: null });
    } catch (cause) {
      const problem = told(cause);
      if (signal.aborted || problem.isUnreachable) return;
      if (problem.code === GONE && !this.#store.get().isTemporary) this.#gone(id);
      this.#store.set({ openProblem: problem, live: null });
    } finally {
      if (!signal.aborted) this.#isBusy = false;
    }
  }

  /** Show nothing more of a chat that was deleted elsewhere; what was typed for it is kept for another. */
  #gone(id: string): void {
    this.#around.drafts.handOn(id);
    this.#store.set({ chat: null, branch: [], context: null, compared: null });
  }

  async #ended(id: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#around.changed();
    await this.#load(id, signal);
  }

  async #take(opened: OpenChat, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { chat, context } = opened;
    this.#store.set({ isTemporary: chat.temporary });
    const compared = await this.#compared(opened);
    if (signal.aborted) return;
    const branch = spared(this.#asRead(opened.messages), this.#store.get().doomed);
    this.#store.set({ chat, context, branch, compared, always: opened.always, chosen: opened.route, openProblem: null });
  }

  async #compared(opened: OpenChat): Promise<State["compared"]> {
    const { comparing } = this.#around;
    const question = comparedIn(opened, comparing.shown(opened.chat.id));
    const answer = opened.messages.find((message) => message.parent === question);
    if (question === null || answer === undefined) return null;
    comparing.show(opened.chat.id, question);
    const found = await this.#server.attempt((api) => api.versions(opened.chat.id, answer.id));
    return found && { question, answers: this.#asRead(found.messages) };
  }

  /** Return messages as far as their reader had them when they stopped them. */
  #asRead(messages: readonly Message[]): readonly Message[] {
    return [...this.#cut].reduce<readonly Message[]>((all, [answer, text]) => asStopped(all, answer, text), messages);
  }

  #stopRuns(runs: readonly Run[]): void {
    const isAll = this.#store.get().lives.length === 0;
    const { signal } = isAll ? this.#turnPage() : this.#reading;
    this.#isBusy = true; // until the server knows, it would still tell of them as being written
    const stops = runs.map((run) => this.#server.attempt((api) => api.stop(run)));
    this.#stopping = Promise.all(stops).then(() => {
      this.#around.changed();
      return this.#load(runs[0]!.chat, signal);
    });
  }
}

/** Return the question as the server takes it: the first of a chat follows nothing. */
function fitting(question: Question, isFirst: boolean, isTemporary: boolean): Question {
  const { parent, ...first } = question;
  if (isFirst) return { ...first, ...(isTemporary && { temporary: true }) };
  return parent === undefined ? first : question;
}
