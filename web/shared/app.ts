/** The parts of the page that think, joined. Knows no components. */

import { Address, addressed, isKeptTemporary } from "./address";
import { Api, type Chat } from "./api";
import type { Attachment } from "./attachments";
import { ChatSaved } from "./chat-saved";
import { Chats } from "./chats";
import { Comparing, isShownKey } from "./comparing";
import { Conversation } from "./conversation";
import { type Deletion, Deletions, KEY as DELETIONS } from "./deletions";
import type { Doomed } from "./doomed";
import { Drafts } from "./drafts";
import { Folders } from "./folders";
import { InStep } from "./in-step";
import { Messages } from "./messages";
import { Library } from "./models";
import { Order } from "./order";
import { Presets } from "./presets";
import type { Panel, Route } from "./route";
import { placeOf, type Saved } from "./saved";
import { Server } from "./server";
import { Shelves } from "./shelves";
import { SideBySide } from "./side-by-side";
import { Setups } from "./setup";
import { emptyState, type State } from "./state";
import { type Schedule, Store } from "./store";
import { Temporary } from "./temporary";

/** A list asked for at once would still tell of an answer that has just ended as being written. */
const SETTLES = 200;

const PASSES = 1_500;

export class App {
  readonly store: Store<State>;
  readonly server: Server;
  readonly chats: Chats;
  readonly folders: Folders;
  readonly order: Order;
  readonly drafts: Drafts;
  readonly comparing: Comparing;
  readonly presets: Presets;
  readonly setups: Setups;
  readonly conversation: Conversation;
  readonly sideBySide: SideBySide;
  readonly temporary: Temporary;
  readonly library: Library;
  readonly shelves: Shelves;
  readonly deletions: Deletions;
  readonly messages: Messages;
  readonly inStep: InStep;
  readonly saved: Saved;
  readonly #chatSaved: ChatSaved;
  readonly #address: Address;

  constructor(saved: Saved, schedule: Schedule) {
    this.saved = saved;
    this.store = new Store({ ...emptyState(addressed()), isTemporary: isKeptTemporary() }, schedule);
    this.#address = new Address(this.store);
    this.#chatSaved = new ChatSaved(saved, (chat) => {
      const { route, isTemporary } = this.store.get();
      return isTemporary && chat === route.chat;
    });
    this.comparing = new Comparing(this.#chatSaved);
    this.store.set({ rival: this.comparing.rival(this.store.get().route.chat) });
    this.server = new Server(this.store, new Api(asReader));
    this.chats = new Chats(this.store, this.server);
    this.folders = new Folders(this.store, this.server, saved);
    this.order = new Order(this.store, this.server, this.chats, this.folders, () => this.list());
    this.drafts = new Drafts(this.#chatSaved);
    this.presets = new Presets(this.store, this.server);
    this.setups = new Setups(this.store, this.server, this.#chatSaved, (chat) => this.chats.note(chat));
    this.conversation = new Conversation(this.store, this.server, {
      drafts: this.drafts,
      comparing: this.comparing,
      following: { fetch: asReader },
      now: () => Date.now() / 1000,
      taken: this.#taken,
      setUp: this.setups.forAsking,
      changed: () => void setTimeout(() => this.inStep.isTold || void this.list(), SETTLES),
    });
    this.temporary = new Temporary(this.store, this.server, this.#chatSaved, this.chats, {
      forget: this.#forget,
      changed: () => {
        this.#address.replace(this.store.get().route);
        void this.list();
      },
    });
    this.sideBySide = new SideBySide(this.store, this.server, this.comparing, this.conversation);
    this.setups.recall(null);
    this.library = new Library(this.server, schedule, saved, () => this.about());
    this.shelves = new Shelves(this.server, schedule);
    this.deletions = new Deletions(this.store, this.server, saved, {
      now: () => Date.now(),
      wait: (work, milliseconds) => {
        const timer = setTimeout(work, milliseconds);
        return () => clearTimeout(timer);
      },
      undone: this.#undone,
      gone: this.#gone,
      kept: () => void this.conversation.refresh(),
    });
    this.messages = new Messages(this.store, this.server, {
      conversation: this.conversation,
      deletions: this.deletions,
      begun: this.#forked,
    });
    this.inStep = new InStep(this.store, this.server, this);
    saved.onLost(() => this.store.set({ isKept: false }));
    this.server.onBack(() => void this.#begin());
  }

  start(): void {
    window.addEventListener("popstate", () => this.#show(addressed()));
    window.addEventListener("pagehide", () => this.deletions.leave());
    window.addEventListener("storage", this.#stored);
    window.addEventListener("online", () => void this.server.checkSession());
    this.inStep.start();
    void this.server.checkSession();
  }

  /** Go to a chat, to a message in it, or, with null, to the beginning of a chat. */
  go(chat: string | null, message: string | null = null): void {
    const { route, isTemporary } = this.store.get();
    const stays = isTemporary && route.chat === chat;
    this.temporary.leaveFor(chat);
    this.#address.push({ chat, panel: null });
    void this.conversation.open(chat, message, stays);
  }

  /** List all that the sidebar shows anew. */
  async list(): Promise<void> {
    await Promise.all([this.chats.list(), this.folders.list()]);
  }

  openPanel(panel: Panel): void {
    void this.about();
    const { route } = this.store.get();
    if (route.panel === null) this.#address.push({ ...route, panel });
    else this.#address.replace({ ...route, panel });
  }

  closePanel(): void {
    // Where the page itself was opened with it, there is no place to go back to.
    if (!this.#address.back()) this.#address.replace({ ...this.store.get().route, panel: null });
  }

  /** Delete a chat, unless it is undone, and leave it if it is open. */
  remove({ id, title }: Pick<Chat, "id" | "title">): void {
    const isOpen = this.store.get().route.chat === id;
    this.deletions.later({ kind: "chat", chat: id, title, isOpen });
    if (isOpen) this.go(null);
  }

  /** Delete every chat for good, and what was typed in each. Throws what went wrong. */
  async removeAll(): Promise<void> {
    await this.server.do((api) => api.removeAll());
    this.drafts.forgetAll();
    this.setups.forgetAll();
    this.#chatSaved.forgetAll();
    this.store.set({ isTemporary: false });
    if (this.store.get().route.chat !== null) this.go(null);
    await this.list();
  }

  /** Forget all that the page remembers of a chat. */
  #forget = (chat: string | null): void => {
    this.drafts.forget(chat);
    this.comparing.forget(chat);
    this.setups.forget(chat);
  };

  #show(route: Route): void {
    const isOther = route.chat !== this.store.get().route.chat;
    if (isOther) this.temporary.leaveFor(route.chat);
    this.store.set({ route });
    if (isOther) void this.conversation.open(route.chat, null, isKeptTemporary());
  }

  #taken = (asked: string | null, text: string, chat: string, attached: readonly Attachment[]): void => {
    const typed = this.drafts.get(asked);
    const waiting = this.drafts.attached(asked);
    const rival = this.comparing.rival(asked);
    this.drafts.forget(asked);
    if (asked === null) {
      this.setups.begun();
      this.comparing.forget(null);
    }
    if (asked === null && this.store.get().route.chat === null) {
      this.#address.replace({ ...this.store.get().route, chat });
    }
    // In its place now, of which it depends where it is kept.
    if (typed !== text) this.drafts.set(chat, typed); // of what comes next
    if (waiting !== attached) this.drafts.attach(chat, waiting);
    if (asked === null) this.comparing.setRival(chat, rival);
    void this.list();
  };

  #stored = ({ key }: StorageEvent): void => {
    const isDeletions = key === placeOf(DELETIONS);
    if (isDeletions) this.deletions.reread();
    if (isDeletions || isShownKey(key)) void this.conversation.refresh();
  };

  #forked = (chat: string): void => {
    this.go(chat);
    void this.list();
  };

  #undone = (deletion: Deletion): void => {
    if (deletion.kind === "message") void this.conversation.restore(deletion);
    else if (deletion.isOpen) this.go(deletion.chat);
  };

  #gone = ({ chat, message }: Doomed): void => {
    if (message !== null) return void this.conversation.refresh();
    this.chats.drop(chat);
    this.#forget(chat);
    void this.folders.list();
    if (this.store.get().route.chat === chat) this.go(null);
  };

  /** Fetch all that is shown, for the first time or after the server was away. */
  async #begin(): Promise<void> {
    this.inStep.attend(); // first, so that nothing changes between what is fetched and what is told
    const { askProblem } = this.store.get();
    if (askProblem?.isUnreachable || askProblem?.isSignedOut) this.store.set({ askProblem: null });
    this.deletions.resume();
    await Promise.all([this.about(), this.list(), this.conversation.refresh(), this.library.look(), this.shelves.look()]);
  }

  /** Fetch what runs here and which models are here. */
  async about(): Promise<void> {
    const [status, shelf] = await Promise.all([
      this.server.attempt((api) => api.status()),
      this.server.attempt((api) => api.models()),
    ]);
    if (status !== null) this.store.set({ status });
    if (shelf !== null) this.store.set({ models: shelf.models, variants: shelf.variants, disk: shelf.disk });
    // Most of what keeps a model from answering passes, as its loading does.
    if (status !== null && status.problem !== "") setTimeout(() => void this.about(), PASSES);
  }
}

/** Ask the server, which is to tell its problems in the language that the page speaks. */
function asReader(url: RequestInfo | URL, how: RequestInit = {}): Promise<Response> {
  const headers = new Headers(how.headers);
  headers.set("Accept-Language", document.documentElement.lang);
  return fetch(url, { ...how, headers });
}
