/** The parts of the page that think, joined. Knows no components. */

import { Api, type Chat } from "./api";
import { Chats } from "./chats";
import { Conversation } from "./conversation";
import { Drafts } from "./drafts";
import { Folders } from "./folders";
import { Order } from "./order";
import { pathOf, type Panel, type Route, routeOf } from "./route";
import type { Saved } from "./saved";
import { Server } from "./server";
import { emptyState, type State } from "./state";
import { type Schedule, Store } from "./store";
import { Temporary } from "./temporary";

/** A list asked for at once would still tell of an answer that has just ended as being written. */
const SETTLES = 200;

const PASSES = 1_500;

/** How often the page sees whether anything was said elsewhere, while somebody looks at it. */
const LOOKS_EVERY = 5_000;

/** What the browser's history keeps of each place. */
interface Kept {
  chat: string | null;
  isPushed?: boolean;
  /** Whether nothing of the chat is stored: should it be gone, its reader is told why. */
  isTemporary?: boolean;
}

export class App {
  readonly store: Store<State>;
  readonly server: Server;
  readonly chats: Chats;
  readonly folders: Folders;
  readonly order: Order;
  readonly drafts: Drafts;
  readonly conversation: Conversation;
  readonly temporary: Temporary;
  readonly saved: Saved;

  constructor(saved: Saved, schedule: Schedule) {
    this.saved = saved;
    this.store = new Store({ ...emptyState(addressed()), isTemporary: isKeptTemporary() }, schedule);
    this.server = new Server(this.store, new Api((...asked) => fetch(...asked)));
    this.chats = new Chats(this.store, this.server);
    this.folders = new Folders(this.store, this.server, saved);
    this.order = new Order(this.store, this.server, this.chats, this.folders, () => this.list());
    this.drafts = new Drafts(saved, (chat) => {
      const { route, isTemporary } = this.store.get();
      return isTemporary && chat === route.chat;
    });
    this.conversation = new Conversation(this.store, this.server, {
      drafts: this.drafts,
      now: () => Date.now() / 1000,
      taken: this.#taken,
      changed: () => void setTimeout(() => void this.list(), SETTLES),
    });
    this.temporary = new Temporary(this.store, this.server, this.drafts, this.chats, () => {
      this.#replace(this.store.get().route);
      void this.list();
    });
    this.server.onBack(() => void this.#begin());
  }

  start(): void {
    window.addEventListener("popstate", () => this.#show(addressed()));
    document.addEventListener("visibilitychange", () => void this.#look());
    window.addEventListener("online", () => void this.server.checkSession());
    setInterval(() => void this.#look(), LOOKS_EVERY);
    void this.server.checkSession();
  }

  /** Go to a chat, to a message in it, or, with null, to the beginning of a chat. */
  go(chat: string | null, message: string | null = null): void {
    const { route, isTemporary } = this.store.get();
    const stays = isTemporary && route.chat === chat;
    this.temporary.leaveFor(chat);
    this.#push({ chat, panel: null });
    void this.conversation.open(chat, message, stays);
  }

  /** List all that the sidebar shows anew. */
  async list(): Promise<void> {
    await Promise.all([this.chats.list(), this.folders.list()]);
  }

  openPanel(panel: Panel): void {
    void this.#about();
    const { route } = this.store.get();
    if (route.panel === null) this.#push({ ...route, panel });
    else this.#replace({ ...route, panel });
  }

  closePanel(): void {
    // Back to where it was opened; where the page itself was opened with it, there is no such place.
    if ((history.state as Kept | null)?.isPushed) history.back();
    else this.#replace({ ...this.store.get().route, panel: null });
  }

  /** Delete a chat for good, and leave it if it is open. Throws what went wrong. */
  async remove(chat: string): Promise<void> {
    await this.chats.remove(chat);
    this.drafts.forget(chat);
    if (this.store.get().route.chat === chat) this.go(null);
    await this.folders.list();
  }

  /** Delete every chat for good, and what was typed in each. Throws what went wrong. */
  async removeAll(): Promise<void> {
    await this.server.do((api) => api.removeAll());
    this.drafts.forgetAll();
    this.store.set({ isTemporary: false });
    if (this.store.get().route.chat !== null) this.go(null);
    await this.list();
  }

  #push(route: Route): void {
    const isTemporary = this.store.get().isTemporary && route.chat === this.store.get().route.chat;
    history.pushState({ chat: route.chat, isPushed: true, isTemporary } satisfies Kept, "", pathOf(route));
    this.store.set({ route });
  }

  #replace(route: Route): void {
    const { isTemporary } = this.store.get();
    history.replaceState({ ...(history.state as Kept | null), chat: route.chat, isTemporary }, "", pathOf(route));
    this.store.set({ route });
  }

  #show(route: Route): void {
    const isOther = route.chat !== this.store.get().route.chat;
    if (isOther) this.temporary.leaveFor(route.chat);
    this.store.set({ route });
    if (isOther) void this.conversation.open(route.chat, null, isKeptTemporary());
  }

  #taken = (asked: string | null, text: string, chat: string): void => {
    const typed = this.drafts.get(asked);
    this.drafts.forget(asked);
    if (asked === null && this.store.get().route.chat === null) {
      this.#replace({ ...this.store.get().route, chat });
    }
    if (typed !== text) this.drafts.set(chat, typed); // of what comes next
    void this.list();
  };

  /** Fetch all that is shown, for the first time or after the server was away. */
  async #begin(): Promise<void> {
    if (this.store.get().askProblem?.isUnreachable) this.store.set({ askProblem: null });
    await Promise.all([this.#about(), this.list(), this.conversation.refresh()]);
  }

  async #about(): Promise<void> {
    const [status, shelf] = await Promise.all([
      this.server.attempt((api) => api.status()),
      this.server.attempt((api) => api.models()),
    ]);
    if (status !== null) this.store.set({ status });
    if (shelf !== null) this.store.set({ models: shelf.models });
    // Most of what keeps a model from answering passes, as its loading does.
    if (status !== null && status.problem !== "") setTimeout(() => void this.#about(), PASSES);
  }

  /** See what was said elsewhere, by another window or on a phone, and whether the server is there at all. */
  async #look(): Promise<void> {
    const { session, isReachable } = this.store.get();
    if (document.hidden || session !== "signed-in" || !isReachable) return;
    await this.list();
    const { chat } = this.store.get();
    const listed = chat && (await this.order.listed(chat));
    if (listed && chat && isOther(listed, chat)) await this.conversation.refresh();
  }
}

function isOther(listed: Chat, shown: Chat): boolean {
  return listed.leaf !== shown.leaf || listed.changed !== shown.changed || listed.title !== shown.title;
}

function isKeptTemporary(): boolean {
  return (history.state as Kept | null)?.isTemporary ?? false;
}

function addressed(): Route {
  return routeOf(location.pathname, (history.state as Kept | null)?.chat ?? null);
}
