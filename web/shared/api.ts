/** Calls of the server's own API. The nouns are generated from its description, see openapi.py. */

import type { components } from "./api.gen";
import { problemOf, Unreachable } from "./problem";

type Nouns = components["schemas"];

export type Chat = Nouns["ChatNoun"];
export type ChatChange = Partial<Nouns["ChatChange"]>;
export type ChatList = Nouns["ChatList"];
export type Hit = Nouns["HitNoun"];
export type Message = Nouns["MessageNoun"];
export type Model = Nouns["ModelNoun"];
export type OpenChat = Nouns["OpenChat"];
export type Run = Nouns["RunNoun"];
export type Status = Nouns["StatusNoun"];
export type Who = Nouns["Who"];

/**
 * A question: what is left out is as the chat has it. In place of a text, `again` asks one once more, and
 * `go_on` goes on with a cut answer.
 */
export interface Question {
  text?: string;
  parent?: string;
  again?: string;
  go_on?: string;
  model?: string;
}

type How = Pick<RequestInit, "signal" | "keepalive">;

const ROOM = "/app/api";

export class Api {
  readonly #fetch: typeof fetch;

  constructor(get: typeof fetch) {
    this.#fetch = get;
  }

  session = (): Promise<Who> => this.#call("GET", "/session");
  signIn = (code: string): Promise<Who> => this.#call("POST", "/session", { code });
  signOut = (): Promise<Who> => this.#call("DELETE", "/session");
  status = (): Promise<Status> => this.#call("GET", "/status");
  models = (): Promise<Nouns["Shelf"]> => this.#call("GET", "/models");

  chats = (limit: number, before?: string): Promise<ChatList> =>
    this.#call("GET", `/chats?limit=${limit}${before ? `&before=${encodeURIComponent(before)}` : ""}`);
  chat = (id: string): Promise<OpenChat> => this.#call("GET", `/chats/${id}`);
  change = (id: string, change: ChatChange): Promise<OpenChat> => this.#call("PATCH", `/chats/${id}`, change);
  /** `isLeaving`: the page is about to go, and the call must outlive it. */
  remove = (id: string, isLeaving = false): Promise<void> => this.#call("DELETE", `/chats/${id}`, undefined, { keepalive: isLeaving });
  removeMessage = (chat: string, id: string, isLeaving = false): Promise<void> =>
    this.#call("DELETE", `/chats/${chat}/messages/${id}`, undefined, { keepalive: isLeaving });
  like = (chat: string, id: string, liked: 1 | -1 | null): Promise<OpenChat> =>
    this.#call("PATCH", `/chats/${chat}/messages/${id}`, { liked });
  fork = (chat: string, message: string, title: string): Promise<OpenChat> =>
    this.#call("POST", `/chats/${chat}/fork`, { message, title });
  search = (words: string, signal: AbortSignal): Promise<Nouns["Hits"]> =>
    this.#call("GET", `/search?q=${encodeURIComponent(words)}`, undefined, { signal });

  /** Ask in a chat, or, with none, begin one. */
  ask = (chat: string | null, question: Question): Promise<Run> =>
    this.#call("POST", chat === null ? "/runs" : `/chats/${chat}/runs`, question);
  stop = (run: Pick<Run, "chat" | "id">): Promise<void> => this.#call("POST", `/chats/${run.chat}/runs/${run.id}/stop`);

  eventsPath = (chat: string, run: string): string => `${ROOM}/chats/${chat}/runs/${run}/events`;
  exportPath = (chat: string): string => `${ROOM}/chats/${chat}/export`;

  async #call<T>(method: string, path: string, body?: object, how: How = {}): Promise<T> {
    const answer = await this.#send(method, path, body, how);
    if (answer.status === 204) return undefined as T;
    if (!answer.ok) throw await problemOf(answer);
    try {
      return (await answer.json()) as T;
    } catch {
      throw new Unreachable();
    }
  }

  async #send(method: string, path: string, body: object | undefined, how: How): Promise<Response> {
    try {
      // A bare name, since a browser's fetch may not be called as anybody's method.
      const get = this.#fetch;
      return await get(`${ROOM}${path}`, {
        method,
        ...(body && { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }),
        ...how,
      });
    } catch (cause) {
      if (how.signal?.aborted) throw cause;
      throw new Unreachable();
    }
  }
}
