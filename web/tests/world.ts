/** A server with one chat, for tests: it keeps what is asked, and tells what it is given to tell. */

import { Api, type Message, type Run } from "../shared/api";
import { ChatSaved } from "../shared/chat-saved";
import { Comparing } from "../shared/comparing";
import { Conversation } from "../shared/conversation";
import { Drafts } from "../shared/drafts";
import { Saved } from "../shared/saved";
import { Server } from "../shared/server";
import type { Setup } from "../shared/setup";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";
import { ROOMY } from "./samples";
import { noWait, RunServer, type Told } from "./stream";

export const CHAT = "aaaaaaaaaaaaaaaa";

export class World {
  readonly store = new Store(emptyState({ chat: null, panel: null }), (work) => work());
  readonly #saved = new ChatSaved(new Saved(null));
  readonly drafts = new Drafts(this.#saved);
  readonly comparing = new Comparing(this.#saved);
  readonly asked: Record<string, unknown>[] = [];
  readonly stopped: string[] = [];
  readonly begun: string[] = [];
  readonly leaves: string[] = [];
  messages: Message[] = [];
  /** All answers to the last question. */
  versions: Message[] = [];
  runs: Run[] = [];
  /** What a run tells after `asked`; one without an end goes on until it is stopped. */
  tells: Told[] = [];
  /** Has the next question wait for its reader's word; nobody answers it. */
  offer: Run["offer"] = null;
  refusal: (() => Response) | null = null;
  refusesAgain: (() => Response) | null = null;
  /** Holds the answer to a question back until it is called. */
  release: (() => void) | null = null;
  isSlow = false;
  /** What a question brings along, or why it may not go. */
  setUp: () => Partial<Setup> = () => ({});
  readonly conversation: Conversation;
  #count = 0;

  constructor() {
    const server = new Server(this.store, new Api(this.fetch));
    this.conversation = new Conversation(this.store, server, {
      drafts: this.drafts,
      comparing: this.comparing,
      now: () => 1,
      taken: (asked, _text, chat) => {
        this.drafts.forget(asked);
        this.begun.push(chat);
      },
      setUp: async () => this.setUp(),
      changed: () => undefined,
      following: { fetch: this.fetch, wait: noWait },
    });
  }

  fetch = (async (path: string, init: RequestInit = {}) => {
    const place = path.replace("/app/api", "").replace(/\?.*/, "");
    if (place.endsWith("/runs") || place === "/runs") return this.#ask(JSON.parse(init.body as string));
    if (place.endsWith("/stop")) return this.#stop(place.split("/").at(-2) ?? "");
    if (place.endsWith("/events")) return this.#events(path, init.signal ?? null);
    if (place.endsWith("/versions")) return Response.json({ messages: this.versions });
    if (init.method === "PATCH") this.#show(JSON.parse(init.body as string).leaf);
    return Response.json({ chat: this.#chat(), context: ROOMY, messages: this.messages, runs: this.runs, always: "", route: null });
  }) as typeof fetch;

  #chat() {
    const leaf = this.messages.at(-1)?.id ?? null;
    return { id: CHAT, title: "", system: "", model: "m", leaf, created: 0, changed: 0, temporary: false, writing: this.runs[0]?.id ?? null };
  }

  async #ask(body: Record<string, string>): Promise<Response> {
    this.asked.push(body);
    if (this.isSlow) await new Promise<void>((resolve) => (this.release = resolve));
    if (this.refusal !== null) return this.refusal();
    if (body.again !== undefined) return this.refusesAgain?.() ?? this.#again(body.again);
    if (body.go_on !== undefined) return this.#run(body.go_on, this.messages.at(-2)?.id ?? "");
    const [question, answer] = [`q${++this.#count}`, `a${this.#count}`];
    if (body.parent !== undefined) {
      this.messages = this.messages.slice(0, this.messages.findIndex(({ id }) => id === body.parent) + 1);
    }
    const parent = this.messages.at(-1)?.id ?? null;
    if (this.offer !== null) {
      this.messages.push({ ...said(question, "user", parent, body.text ?? ""), offer: this.offer });
      return Response.json({ id: "", chat: CHAT, question, offer: this.offer });
    }
    this.messages.push(said(question, "user", parent, body.text ?? ""), said(answer, "assistant", question, ""));
    this.versions = this.messages.slice(-1);
    return this.#run(answer, question);
  }

  #again(question: string): Response {
    const answer = `b${this.#count}`;
    const alternatives = [...this.versions.map(({ id }) => id), answer];
    this.versions = [...this.versions, said(answer, "assistant", question, "")].map((one) => ({ ...one, alternatives }));
    this.messages = this.messages.map((one) => this.versions.find(({ id }) => id === one.id) ?? one);
    return this.#run(answer, question);
  }

  #run(id: string, question: string): Response {
    const run = { id, chat: CHAT, question, offer: null };
    this.runs = [...this.runs, run];
    return Response.json(run);
  }

  #show(leaf: string): void {
    this.leaves.push(leaf);
    const version = this.versions.find(({ id }) => id === leaf);
    if (version) this.messages = [...this.messages.slice(0, -1), version];
  }

  #stop(run: string): Response {
    this.stopped.push(run);
    this.#end(run, "stopped", "");
    return new Response(null, { status: 204 });
  }

  async #events(path: string, signal: AbortSignal | null): Promise<Response> {
    const events = [{ name: "asked", said: {} }, ...this.tells];
    const end = this.tells.find(({ name }) => name === "done");
    if (end && "text" in end.said) this.#end(path.split("/").at(-2) ?? "", "complete", String(end.said.text));
    const response = await new RunServer(events).fetch(path);
    return end ? response : new Response(endless(await response.text(), signal));
  }

  #end(run: string, state: string, text: string): void {
    const ended = (all: Message[]) => all.map((one) => (one.id === run ? { ...one, state, text } : one));
    this.messages = ended(this.messages);
    this.versions = ended(this.versions);
    this.runs = this.runs.filter(({ id }) => id !== run);
  }
}

export function done(text: string): Told {
  const timings = { first_token: 0.1, total: 1, prompt_per_second: 1, answer_per_second: 1 };
  const usage = { prompt: 1, reused: 0, answer: 1 };
  return { name: "done", said: { reason: "stop", text, model: "m", digest: "", usage, timings, reasoning: "", thought: null } };
}

function said(id: string, role: string, parent: string | null, text: string): Message {
  return {
    id, role, parent, text,
    alternatives: [id], state: "complete", model: "m", created: 0, reason: null, usage: null, timings: null, problem: null,
    attachments: [], reasoning: "", thought: null, below: 0, liked: null, made: "", elsewhere: null,
    grounds: [], claims: [], citations: [], supported_share: null, notices: [], tools: [], card: "", replaced: false, offer: null,
  };
}

function endless(first: string, signal: AbortSignal | null): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(first));
      signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
    },
  });
}
