/** Calls of the server's own API. The nouns are generated from its description, see openapi.py. */

import type { components } from "./api.gen";
import { problemOf, Unreachable } from "./problem";

type Nouns = components["schemas"];

export type Chat = Nouns["ChatNoun"];
export type ChatChange = Partial<Nouns["ChatChange"]>;
export type ChatList = Nouns["ChatList"];
export type Departure = Nouns["DepartureNoun"];
export type Hit = Nouns["HitNoun"];
export type Ledger = Nouns["LedgerNoun"];
export type Message = Nouns["MessageNoun"];
export type Model = Nouns["ModelNoun"];
export type OpenChat = Nouns["OpenChat"];
export type Run = Nouns["RunNoun"];
export type Session = Nouns["SessionNoun"];
export type Share = Nouns["ShareNoun"];
export type Status = Nouns["StatusNoun"];
export type Who = Nouns["Who"];

/** A question: what is left out is as the chat has it. `again` asks one once more in place of a text. */
export interface Question {
  text?: string;
  parent?: string;
  again?: string;
  model?: string;
}

const ROOM = "/app/api";

export class Api {
  readonly #fetch: typeof fetch;

  constructor(get: typeof fetch) {
    this.#fetch = get;
  }

  session = (): Promise<Who> => this.#call("GET", "/session");
  signIn = (code: string): Promise<Who> => this.#call("POST", "/session", { code });
  signOut = (): Promise<Who> => this.#call("DELETE", "/session");
  sessions = (): Promise<Nouns["SessionList"]> => this.#call("GET", "/sessions");
  signOutAll = (): Promise<Who> => this.#call("DELETE", "/sessions");
  share = (): Promise<Share> => this.#call("POST", "/share");
  ledger = (before?: string): Promise<Ledger> =>
    this.#call("GET", `/ledger${before ? `?before=${encodeURIComponent(before)}` : ""}`);
  status = (): Promise<Status> => this.#call("GET", "/status");
  models = (): Promise<Nouns["Shelf"]> => this.#call("GET", "/models");

  chats = (limit: number, before?: string): Promise<ChatList> =>
    this.#call("GET", `/chats?limit=${limit}${before ? `&before=${encodeURIComponent(before)}` : ""}`);
  chat = (id: string): Promise<OpenChat> => this.#call("GET", `/chats/${id}`);
  change = (id: string, change: ChatChange): Promise<OpenChat> => this.#call("PATCH", `/chats/${id}`, change);
  remove = (id: string): Promise<void> => this.#call("DELETE", `/chats/${id}`);
  search = (words: string, signal: AbortSignal): Promise<Nouns["Hits"]> =>
    this.#call("GET", `/search?q=${encodeURIComponent(words)}`, undefined, signal);

  /** Ask in a chat, or, with none, begin one. */
  ask = (chat: string | null, question: Question): Promise<Run> =>
    this.#call("POST", chat === null ? "/runs" : `/chats/${chat}/runs`, question);
  stop = (run: Pick<Run, "chat" | "id">): Promise<void> => this.#call("POST", `/chats/${run.chat}/runs/${run.id}/stop`);

  readonly changesPath = `${ROOM}/changes`;
  eventsPath = (chat: string, run: string): string => `${ROOM}/chats/${chat}/runs/${run}/events`;
  exportPath = (chat: string): string => `${ROOM}/chats/${chat}/export`;

  async #call<T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> {
    const answer = await this.#send(method, path, body, signal);
    if (answer.status === 204) return undefined as T;
    if (!answer.ok) throw await problemOf(answer);
    try {
      return (await answer.json()) as T;
    } catch {
      throw new Unreachable();
    }
  }

  async #send(method: string, path: string, body?: object, signal?: AbortSignal): Promise<Response> {
    try {
      // A bare name, since a browser's fetch may not be called as anybody's method.
      const get = this.#fetch;
      return await get(`${ROOM}${path}`, {
        method,
        ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
        ...(signal && { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new Unreachable();
    }
  }
}
