/** The folders of the sidebar: which there are, what is in those looked into, and what is done to them. */

import type { Server } from "./server";
import type { Saved } from "./saved";
import type { Filed, State } from "./state";
import type { Store } from "./store";

const AT_ONCE = 50;
const MOST_AT_ONCE = 200;
const KEY = "folders";

export class Folders {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #saved: Saved;

  constructor(store: Store<State>, server: Server, saved: Saved) {
    this.#store = store;
    this.#server = server;
    this.#saved = saved;
    store.set({ filed: Object.fromEntries(readNames(saved.get(KEY)).map((name) => [name, EMPTY])) });
  }

  /** List the folders anew, with as many chats of those looked into as are listed already. */
  async list(): Promise<void> {
    const found = await this.#server.attempt((api) => api.folders());
    if (found === null) return;
    const folders = found.folders.filter((folder) => folder.chats > 0);
    this.#store.set({ folders });
    const open = this.#store.get().filed;
    await Promise.all(folders.filter(({ name }) => name in open).map(({ name }) => this.#fill(name)));
  }

  /** Look into a folder, or no longer. Which are open is remembered. */
  async toggle(name: string): Promise<void> {
    const { [name]: open, ...others } = this.#store.get().filed;
    this.#keep(open === undefined ? { ...others, [name]: EMPTY } : others);
    if (open === undefined) await this.#fill(name);
  }

  async listMore(name: string): Promise<void> {
    const shown = this.#store.get().filed[name];
    if (shown === undefined || shown.further === null) return;
    const page = await this.#server.attempt((api) => api.chats({ folder: name }, AT_ONCE, shown.further));
    if (page === null || this.#store.get().filed[name]?.further !== shown.further) return;
    const known = new Set(shown.chats.map((chat) => chat.id));
    const chats = [...shown.chats, ...page.chats.filter((chat) => !known.has(chat.id))];
    this.#show(name, { chats, further: page.further });
  }

  /** Call a folder otherwise, or with "" dissolve it: its chats stay. Throws what went wrong. */
  async rename(name: string, to: string): Promise<void> {
    const given = to.trim().replace(/\s+/g, " "); // as the server keeps it
    await this.#server.do((api) => api.changeFolder(name, given));
    const { [name]: open, ...others } = this.#store.get().filed;
    this.#keep(open !== undefined && given !== "" ? { [given]: open, ...others } : others);
  }

  async #fill(name: string): Promise<void> {
    const many = Math.min(Math.max(this.#store.get().filed[name]?.chats.length ?? 0, AT_ONCE), MOST_AT_ONCE);
    const page = await this.#server.attempt((api) => api.chats({ folder: name }, many));
    if (page !== null) this.#show(name, page);
  }

  #show(name: string, page: Filed): void {
    const { filed } = this.#store.get();
    if (name in filed) this.#store.set({ filed: { ...filed, [name]: page } });
  }

  #keep(filed: State["filed"]): void {
    this.#store.set({ filed });
    const names = Object.keys(filed);
    this.#saved.set(KEY, names.length > 0 ? JSON.stringify(names) : "");
  }
}

const EMPTY: Filed = { chats: [], further: null };

function readNames(text: string | null): string[] {
  try {
    const names: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(names) ? names.filter((name) => typeof name === "string") : [];
  } catch {
    return [];
  }
}
