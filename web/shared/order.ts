/** What keeps order among the chats: pinned, archived, in a folder. Nothing is shown before the server has it. */

import type { Chat, ChatChange } from "./api";
import type { Chats } from "./chats";
import type { Folders } from "./folders";
import { told } from "./problem";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

const NEWEST = 50;

export type Place = Pick<ChatChange, "pinned" | "archived" | "folder">;

export class Order {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #chats: Chats;
  readonly #folders: Folders;
  readonly #list: () => Promise<void>;

  constructor(store: Store<State>, server: Server, chats: Chats, folders: Folders, list: () => Promise<void>) {
    this.#store = store;
    this.#server = server;
    this.#chats = chats;
    this.#folders = folders;
    this.#list = list;
  }

  /** Give a chat its place; say whether it has it. Why not is in the state. */
  async put(chat: string, place: Place): Promise<boolean> {
    return this.#try(async () => {
      const opened = await this.#server.do((api) => api.change(chat, place));
      this.#chats.note(opened.chat);
    });
  }

  /** Do something to the order, and list everything anew. */
  async #try(work: () => Promise<void>): Promise<boolean> {
    this.#store.set({ orderProblem: null });
    try {
      await work();
      return true;
    } catch (cause) {
      const problem = told(cause);
      if (!problem.isUnreachable) this.#store.set({ orderProblem: problem });
      return false;
    } finally {
      await this.#list();
    }
  }

  /** Call a folder otherwise, or with "" dissolve it; say whether that was done. */
  renameFolder(name: string, to: string): Promise<boolean> {
    return this.#try(() => this.#folders.rename(name, to));
  }

  /** Return a chat as the server lists it now, where it is among the newest of its place. */
  async listed(chat: Chat): Promise<Chat | undefined> {
    if (chat.temporary) return undefined;
    const { chats, filed } = this.#store.get();
    const shown = [...chats, ...(filed[chat.folder]?.chats ?? [])].find((one) => one.id === chat.id);
    if (shown !== undefined || (!chat.archived && chat.folder === "")) return shown;
    const which = chat.archived ? "archived" : { folder: chat.folder };
    const page = await this.#server.attempt((api) => api.chats(which, NEWEST));
    return page?.chats.find((one) => one.id === chat.id);
  }
}
