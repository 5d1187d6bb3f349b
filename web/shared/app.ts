/** The parts of the page that think, joined. Knows no components. */

import { Api, type Chat } from "./api";
import type { Attachment } from "./attachments";
import { type Change, Watch } from "./changes";
import { Chats } from "./chats";
import { Comparing, isShownKey } from "./comparing";
import { Conversation } from "./conversation";
import { Drafts } from "./drafts";
import { Library } from "./models";
import { Presets } from "./presets";
import { told } from "./problem";
import { pathOf, type Panel, type Route, routeOf } from "./route";
import type { Saved } from "./saved";
import { Server } from "./server";
import { SideBySide } from "./side-by-side";
import { Setups } from "./setup";
import { emptyState, type State } from "./state";
import { type Schedule, Store } from "./store";

/** A list asked for at once would still tell of an answer that has just ended as being written. */
const SETTLES = 200;

const PASSES = 1_500;

/** How often the page sees whether anything changed, while somebody looks at it and nobody tells it. */
const LOOKS_EVERY = 5_000;

/** What the browser's history keeps of each place. */
interface Kept {
  chat: string | null;
  isPushed?: boolean;
}

export class App {
  readonly store: Store<State>;
  readonly server: Server;
  readonly chats: Chats;
  readonly drafts: Drafts;
  readonly comparing: Comparing;
  readonly presets: Presets;
  readonly setups: Setups;
  readonly conversation: Conversation;
  readonly sideBySide: SideBySide;
  readonly library: Library;
  readonly saved: Saved;
  readonly #watch: Watch;
  readonly #listeners = new Set<(changes: readonly Change[]) => void>();

  constructor(saved: Saved, schedule: Schedule) {
    this.saved = saved;
    this.store = new Store(emptyState(addressed()), schedule);
    this.comparing = new Comparing(saved);
    this.store.set({ rival: this.comparing.rival(this.store.get().route.chat) });
    this.server = new Server(this.store, new Api((...asked) => fetch(...asked)));
    this.chats = new Chats(this.store, this.server);
    this.drafts = new Drafts(saved);
    this.presets = new Presets(this.store, this.server);
    this.setups = new Setups(this.store, this.server, saved, (chat) => this.chats.note(chat));
    this.conversation = new Conversation(this.store, this.server, {
      drafts: this.drafts,
      comparing: this.comparing,
      now: () => Date.now() / 1000,
      taken: this.#taken,
      setUp: this.setups.forAsking,
      changed: () => void setTimeout(() => this.#watch.isTold || void this.chats.list(), SETTLES),
    });
    this.sideBySide = new SideBySide(this.store, this.server, this.comparing, this.conversation);
    this.setups.recall(null);
    this.library = new Library(this.server, schedule, saved, () => this.about());
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
    window.addEventListener("storage", ({ key }) => isShownKey(key) && void this.conversation.refresh());
    this.store.subscribe(() => this.#attend());
    window.addEventListener("online", () => void this.server.checkSession());
    setInterval(() => this.#watch.isTold || document.hidden || void this.#lookAround(), LOOKS_EVERY);
    void this.server.checkSession();
  }

  /** Go to a chat, to a message in it, or, with null, to the beginning of a chat. */
  go(chat: string | null, message: string | null = null): void {
    this.#push({ chat, panel: null });
    void this.conversation.open(chat, message);
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

  /** Delete a chat for good, and leave it if it is open. Throws what went wrong. */
  async remove(chat: string): Promise<void> {
    await this.chats.remove(chat);
    this.drafts.forget(chat);
    this.comparing.forget(chat);
    this.setups.forget(chat);
    if (this.store.get().route.chat === chat) this.go(null);
  }

  #push(route: Route): void {
    history.pushState({ chat: route.chat, isPushed: true } satisfies Kept, "", pathOf(route));
    this.store.set({ route });
  }

  #replace(route: Route): void {
    history.replaceState({ ...(history.state as Kept | null), chat: route.chat }, "", pathOf(route));
    this.store.set({ route });
  }

  #show(route: Route): void {
    const isOther = route.chat !== this.store.get().route.chat;
    this.store.set({ route });
    if (isOther) void this.conversation.open(route.chat);
  }

  #taken = (asked: string | null, text: string, chat: string, attached: readonly Attachment[]): void => {
    const typed = this.drafts.get(asked);
    const waiting = this.drafts.attached(asked);
    this.drafts.forget(asked);
    if (waiting !== attached) this.drafts.attach(chat, waiting);
    if (asked === null) this.setups.begun();
    if (typed !== text) this.drafts.set(chat, typed); // of what comes next
    if (asked === null) this.comparing.begun(chat);
    if (asked === null && this.store.get().route.chat === null) {
      this.#replace({ ...this.store.get().route, chat });
    }
    void this.chats.list();
  };

  /** Fetch all that is shown, for the first time or after the server was away. */
  async #begin(): Promise<void> {
    this.#attend(); // first, so that nothing changes between what is fetched and what is told
    const { askProblem } = this.store.get();
    if (askProblem?.isUnreachable || askProblem?.isSignedOut) this.store.set({ askProblem: null });
    await Promise.all([this.about(), this.chats.list(), this.conversation.refresh(), this.library.look()]);
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
    await this.chats.list();
    const { chats, chat, live } = this.store.get();
    if (chat === null) return;
    const listed = chats.find((one) => one.id === chat.id);
    const isMeant = changes.some(({ kind, id }) => kind === "chats" || kind === "all" || id === chat.id);
    const isOther = listed && (differs(listed, chat) || (listed.writing !== null && live === null));
    if (isMeant || isOther) await this.conversation.refresh();
  }
}

/** Return whether a chat has changed, but for whether an answer is being written. */
function differs(listed: Chat, shown: Chat): boolean {
  return JSON.stringify({ ...listed, writing: null }) !== JSON.stringify({ ...shown, writing: null });
}

function addressed(): Route {
  return routeOf(location.pathname, (history.state as Kept | null)?.chat ?? null);
}
