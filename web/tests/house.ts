/** A server with chats in folders, for tests: it answers as ours does, and keeps what it was asked. */

import { Api, type Chat } from "../shared/api";
import { ChatSaved } from "../shared/chat-saved";
import { Chats } from "../shared/chats";
import { Comparing } from "../shared/comparing";
import { Drafts } from "../shared/drafts";
import { Folders } from "../shared/folders";
import { Order } from "../shared/order";
import { Saved } from "../shared/saved";
import { Server } from "../shared/server";
import { Setups } from "../shared/setup";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";
import { Temporary } from "../shared/temporary";
import { chatOf as sampleOf } from "./samples";

export function shelf() {
  const kept = new Map<string, string>();
  return {
    kept,
    get length() {
      return kept.size;
    },
    key: (index: number) => [...kept.keys()][index] ?? null,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

export const chatOf = (id: string, more: Partial<Chat> = {}): Chat => sampleOf(id, { title: id, ...more });

export class House {
  readonly store = new Store(emptyState({ chat: null, panel: null }), (work) => work());
  readonly place = shelf();
  readonly saved = new Saved(this.place);
  readonly asked: string[] = [];
  all: Chat[] = [];
  refusal: { status: number; code: string } | null = null;
  readonly server = new Server(this.store, new Api(((path: string, init?: RequestInit) => this.#answer(path, init)) as typeof fetch));
  readonly chats = new Chats(this.store, this.server);
  readonly folders = new Folders(this.store, this.server, this.saved);
  readonly chatSaved = new ChatSaved(this.saved, (chat) => this.store.get().isTemporary && this.store.get().route.chat === chat);
  readonly drafts = new Drafts(this.chatSaved);
  readonly comparing = new Comparing(this.chatSaved);
  readonly setups = new Setups(this.store, this.server, this.chatSaved, () => undefined);
  readonly order = new Order(this.store, this.server, this.chats, this.folders, () => this.list());
  readonly temporary = new Temporary(this.store, this.server, this.chatSaved, this.chats, {
    forget: (chat) => [this.drafts, this.comparing, this.setups].forEach((part) => part.forget(chat)),
    changed: () => undefined,
  });

  list = async (): Promise<void> => {
    await Promise.all([this.chats.list(), this.folders.list()]);
  };

  async #answer(path: string, init: RequestInit = {}): Promise<Response> {
    const { method = "GET" } = init;
    const url = new URL(path.replace("/app/api", ""), "http://here");
    this.asked.push(`${method} ${url.pathname}${url.search}`);
    if (this.refusal !== null && method !== "GET") {
      const { status, code } = this.refusal;
      return Response.json({ error: { code, sentence: "No.", hint: null } }, { status });
    }
    const body = init.body ? (JSON.parse(init.body as string) as Partial<Chat> & { name: string; to: string }) : null;
    if (url.pathname === "/folders") return this.#folders(body);
    if (url.pathname === "/chats") return this.#chats(url.searchParams);
    return this.#chat(method, url.pathname.split("/").at(-1) ?? "", body);
  }

  #folders(body: { name: string; to: string } | null): Response {
    if (body) this.all = this.all.map((chat) => (chat.folder === body.name ? { ...chat, folder: body.to } : chat));
    const names = [...new Set(this.all.map((chat) => chat.folder).filter(Boolean))].sort();
    const of = (name: string, archived: boolean) =>
      this.all.filter((chat) => chat.folder === name && chat.archived === archived).length;
    return Response.json({ folders: names.map((name) => ({ name, chats: of(name, false), archived: of(name, true) })) });
  }

  #chats(query: URLSearchParams): Response {
    const folder = query.get("folder");
    const archived = query.get("archived") === "only";
    const found = this.all.filter(
      (chat) =>
        chat.archived === archived &&
        (folder === null || chat.folder === folder) &&
        (query.get("unfiled") === null || chat.pinned || chat.folder === ""),
    );
    const from = Number(query.get("before") ?? 0);
    const to = from + Number(query.get("limit"));
    return Response.json({ chats: found.slice(from, to), further: to < found.length ? String(to) : null });
  }

  #chat(method: string, id: string, body: Partial<Chat> | null): Response {
    if (method === "DELETE") this.all = this.all.filter((chat) => chat.id !== id);
    if (method === "DELETE") return new Response(null, { status: 204 });
    this.all = this.all.map((chat) => (chat.id === id ? { ...chat, ...body } : chat));
    return Response.json({ chat: this.all.find((chat) => chat.id === id), messages: [] });
  }
}
