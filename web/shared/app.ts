/** The parts of the page that think, joined. Knows no components. */

import { Api, type Chat } from "./api";
import type { Attachment } from "./attachments";
import { type Change, Watch } from "./changes";
import { ChatSaved } from "./chat-saved";
import { Chats } from "./chats";
import { Comparing, isShownKey } from "./comparing";
import { Conversation } from "./conversation";
import { type Deletion, Deletions, KEY as DELETIONS } from "./deletions";
import type { Doomed } from "./doomed";
import { Drafts } from "./drafts";
import { Folders } from "./folders";
import { Messages } from "./messages";
import { Library } from "./models";
import { Order } from "./order";
import { Presets } from "./presets";
import { told } from "./problem";
import { pathOf, type Panel, type Route, routeOf } from "./route";
import { placeOf, type Saved } from "./saved";
import { Server } from "./server";
import { SideBySide } from "./side-by-side";
import { Setups } from "./setup";
import { emptyState, type State } from "./state";
import { type Schedule, Store } from "./store";
import { Temporary } from "./temporary";

/** A list asked for at once would still tell of an answer that has just ended as being written. */
const SETTLES = 200;

const PASSES = 1_500;

/** How often the page sees whether anything changed, while somebody looks at it and nobody tells it. */
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
  readonly comparing: Comparing;
  readonly presets: Presets;
  readonly setups: Setups;
  readonly conversation: Conversation;
  readonly sideBySide: SideBySide;
  readonly temporary: Temporary;
  readonly library: Library;
  readonly deletions: Deletions;
  readonly messages: Messages;
  readonly saved: Saved;
  readonly #chatSaved: ChatSaved;
  readonly #watch: Watch;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();

  constructor(saved: Saved, schedule: Schedule) {
    this.saved = saved;
    this.store = new Store({ ...emptyState(addressed()), isTemporary: isKeptTemporary() }, schedule);
    this.#chatSaved = new ChatSaved(saved, (chat) => {
      const { route, isTemporary } = this.store.get();
      return isTemporary && chat === route.chat;
    });
    this.comparing = new Comparing(this.#chatSaved);
    this.store.set({ rival: this.comparing.rival(this.store.get().route.chat) });
    this.server = new Server(this.store, new Api((...asked) => fetch(...asked)));
    this.chats = new Chats(this.store, this.server);
    this.folders = new Folders(this.store, this.server, saved);
    this.order = new Order(this.store, this.server, this.chats, this.folders, () => this.list());
    this.drafts = new Drafts(this.#chatSaved);
    this.presets = new Presets(this.store, this.server);
    this.setups = new Setups(this.store, this.server, this.#chatSaved, (chat) => this.chats.note(chat));
    this.conversation = new Conversation(this.store, this.server, {
      drafts: this.drafts,
      comparing: this.comparing,
      now: () => Date.now() / 1000,
      taken: this.#taken,
      setUp: this.setups.forAsking,
      changed: () => void setTimeout(() => this.#watch.isTold || void this.list(), SETTLES),
    });
    this.temporary = new Temporary(this.store, this.server, this.#chatSaved, this.chats, {
      forget: this.#forget,
      changed: () => {
        this.#replace(this.store.get().route);
        void this.list();
      },
    });
    this.sideBySide = new SideBySide(this.store, this.server, this.comparing, this.conversation);
    this.setups.recall(null);
    this.library = new Library(this.server, schedule, saved, () => this.about());
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
    this.#watch = new Watch({
      path: this.server.api.changesPath,
      changed: (changes) => this.#heard(changes),
      failed: (cause) => this.#unheard(cause),
    });
    saved.onLost(() => this.store.set({ isKept: false }));
    this.server.onBack(() => void this.#begin());
  }

  start(): void {
    window.addEventListener("popstate", () => this.#show(addressed()));
    document.addEventListener("visibilitychange", () => this.#attend());
    window.addEventListener("pagehide", () => this.deletions.leave());
    window.addEventListener("storage", this.#stored);
    this.store.subscribe(() => this.#attend());
    window.addEventListener("online", () => void this.server.checkSession());
    setInterval(() => this.#watch.isTold || document.hidden || void this.#lookAround(), LOOKS_EVERY);
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
    void this.about();
    const { route } = this.store.get();
    if (route.panel === null) this.#push({ ...route, panel });
    else this.#replace({ ...route, panel });
  }

  closePanel(): void {
    // Back to where it was opened; where the page itself was opened with it, there is no such place.
    if ((history.state as Kept | null)?.isPushed) history.back();
    else this.#replace({ ...this.store.get().route, panel: null });
  }

  /** Hear of every change; return what ends that. */
  onChange(work: (changes: readonly Change[]) => void): () => void {
    this.#listeners.add(work);
    return () => this.#listeners.delete(work);
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
      this.#replace({ ...this.store.get().route, chat });
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
    this.#attend(); // first, so that nothing changes between what is fetched and what is told
    const { askProblem } = this.store.get();
    if (askProblem?.isUnreachable || askProblem?.isSignedOut) this.store.set({ askProblem: null });
    this.deletions.resume();
    await Promise.all([this.about(), this.list(), this.conversation.refresh(), this.library.look()]);
  }

  /** Fetch what runs here and which models are here. */
  async about(): Promise<void> {
    const [status, shelf] = await Promise.all([
      this.server.attempt((api) => api.status()),
      this.server.attempt((api) => api.models()),
    ]);
    if (status !== null) this.store.set({ status });
    if (shelf !== null) this.store.set({ models: shelf.models, disk: shelf.disk });
    // Most of what keeps a model from answering passes, as its loading does.
    if (status !== null && status.problem !== "") setTimeout(() => void this.about(), PASSES);
  }

  /** Have changes told while somebody looks, is signed in, and the server is there; not otherwise. */
  #attend(): void {
    const { session, isReachable } = this.store.get();
    if (!document.hidden && session === "signed-in" && isReachable) this.#watch.open();
    else this.#watch.close();
  }

  #unheard(cause: unknown): void {
    told(cause); // throws what is a mistake of ours
    this.server.noteFailure(cause);
  }

  /** Fetch what changed, and nothing else. */
  #heard(changes: readonly Change[]): void {
    const has = (...kinds: Change["kind"][]) => changes.some(({ kind }) => kinds.includes(kind));
    if (has("sessions", "all")) void this.server.checkSession();
    if (has("settings", "models", "pull", "all")) void this.about();
    if (has("settings", "all")) void this.presets.list();
    if (has("models", "pull", "all")) void this.library.refresh();
    if (has("chat", "chats", "all")) void this.#look(changes);
    for (const listener of [...this.#listeners]) listener(changes);
  }

  /** See what nobody tells of. */
  async #lookAround(): Promise<void> {
    const { session, isReachable } = this.store.get();
    if (session !== "signed-in" || !isReachable) return;
    await Promise.all([this.#look([]), this.library.look()]);
  }

  /** See which chats there are, and what the open one is by now, where it may be another. */
  async #look(changes: readonly Change[]): Promise<void> {
    const { session, isReachable } = this.store.get();
    if (session !== "signed-in" || !isReachable) return;
    await this.list();
    const { chat, live } = this.store.get();
    if (chat === null) return;
    const listed = await this.order.listed(chat);
    const isMeant = changes.some(({ kind, id }) => kind === "chats" || kind === "all" || id === chat.id);
    const isOther = listed && (differs(listed, chat) || (listed.writing !== null && live === null));
    if (isMeant || isOther) await this.conversation.refresh();
  }
}

/** Return whether a chat has changed, but for whether an answer is being written. */
function differs(listed: Chat, shown: Chat): boolean {
  return JSON.stringify({ ...listed, writing: null }) !== JSON.stringify({ ...shown, writing: null });
}

function isKeptTemporary(): boolean {
  return (history.state as Kept | null)?.isTemporary ?? false;
}

function addressed(): Route {
  return routeOf(location.pathname, (history.state as Kept | null)?.chat ?? null);
}
