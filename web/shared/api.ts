/** Calls of the server's own API. The nouns are generated from its description, see openapi.py. */

import type { components } from "./api.gen";
import type { ChatSettings } from "./chat-settings";
import { problemOf, Unreachable } from "./problem";

type Nouns = components["schemas"];

export type Card = Nouns["CardNoun"];
export type Chat = Nouns["ChatNoun"];
export type ChatChange = Partial<Omit<Nouns["ChatChange"], "settings"> & { settings: ChatSettings | null }>;
export type Context = Nouns["ContextNoun"];
export type Defaults = Nouns["DefaultsNoun"];
export type ChatList = Nouns["ChatList"];
export type Document = Nouns["DocumentNoun"];
export type DocumentList = Nouns["DocumentList"];
export type Departure = Nouns["DepartureNoun"];
export type Disk = Nouns["DiskNoun"];
export type Fit = Nouns["FitNoun"];
export type Folder = Nouns["FolderNoun"];
export type Help = Nouns["HelpNoun"];
export type Hidden = Nouns["HiddenNoun"];
export type HelpQuestion = Nouns["HelpQuestion"];
export type Hit = Nouns["HitNoun"];
export type ImportReport = Nouns["ImportNoun"];
export type Ledger = Nouns["LedgerNoun"];
export type Message = Nouns["MessageNoun"];
export type Model = Nouns["ModelNoun"];
export type OneModel = Nouns["OneModel"];
export type OneShelf = Nouns["OneShelf"];
export type OpenChat = Nouns["OpenChat"];
export type Plan = Nouns["PlanNoun"];
export type Outgoing = Nouns["OutgoingNoun"];
export type Preview = Nouns["PreviewNoun"];
export type Preset = Nouns["PresetNoun"];
export type Variant = Nouns["VariantNoun"];
export type Memory = Nouns["MemoryNoun"];
export type ProgramSettings = Nouns["ProgramSettings"];
export type ProgramSetting = Nouns["ProgramSetting"];
export type Chosen = Nouns["RouteNoun"];
export type Remembered = Nouns["RememberedNoun"];
export type Pull = Nouns["PullNoun"];
export type PullList = Nouns["PullList"];
export type Run = Nouns["RunNoun"];
export type Safeguards = Nouns["SafeguardsNoun"];
export type Session = Nouns["SessionNoun"];
export type Share = Nouns["ShareNoun"];
export type Shelf = Nouns["ShelfNoun"];
export type ShelfSource = Nouns["SourceNoun"];
export type Stretch = Nouns["StretchNoun"];
export type Storage = Nouns["StorageNoun"];
export type Status = Nouns["StatusNoun"];
export type Upstream = Nouns["UpstreamNoun"];
export type Verdict = Nouns["VerdictNoun"];
export type Verified = Nouns["Verified"];
export type Who = Nouns["Who"];

/**
 * A question: what is left out is as the chat has it. In place of a text, `again` asks one once more, and
 * `go_on` goes on with a cut answer.
 */
export interface Question {
  text?: string;
  attachments?: (Nouns["NewAttachment"] | Nouns["KeptAttachment"])[];
  parent?: string;
  again?: string;
  /** The chat stays at the answer it is at; with `again`. */
  beside?: boolean;
  go_on?: string;
  model?: string;
  /** How this answer alone is drawn. */
  sampling?: { temperature: number };
  /** What a chat begins with. */
  system?: string;
  settings?: ChatSettings;
  /** The ids of the shelves that it is to be answered from. */
  knowledge?: string[];
  /** Whether only quotes are given, and nothing is written. */
  quote?: boolean;
  /** Where the questions of a chat that it begins go, and where this one alone does; null: as usual. */
  route?: Chosen | null;
  only?: Chosen;
  /** Of a chat that it begins: nothing of it is stored. */
  temporary?: boolean;
}

/** Which chats are listed: those of the sidebar's days and the pinned ones, a folder's, or the archived ones. */
export type Which = "unfiled" | "archived" | { folder: string };

/** How a chat is written to a file. */
type Form = "json" | "markdown" | "html" | "docx" | "pdf";

interface NewPreset {
  name: string;
  system: string;
  settings: ChatSettings;
}

/** What to get; `accepted` and `sha256` as the plan told them. */
export type NewPull = Pick<Nouns["NewPull"], "ref"> & Partial<Nouns["NewPull"]>;
/** Whom to ask elsewhere, and what is changed of what would leave. */
export type NewPreview = Nouns["NewPreview"];
/** `password` is that of the file that is sent. */
type How = Pick<RequestInit, "signal" | "keepalive"> & { password?: string | undefined };

const ROOM = "/app/api";

const modelPath = (name: string): string => `/models/${encodeURIComponent(name)}`;

export class Api {
  readonly #fetch: typeof fetch;

  constructor(get: typeof fetch) {
    this.#fetch = get;
  }

  session = (): Promise<Who> => this.call("GET", "/session");
  signIn = (code: string): Promise<Who> => this.call("POST", "/session", { code });
  signOut = (): Promise<Who> => this.call("DELETE", "/session");
  sessions = (): Promise<Nouns["SessionList"]> => this.call("GET", "/sessions");
  signOutAll = (): Promise<Who> => this.call("DELETE", "/sessions");
  share = (): Promise<Share> => this.call("POST", "/share");
  ledger = (before?: string): Promise<Ledger> =>
    this.call("GET", `/ledger${before ? `?before=${encodeURIComponent(before)}` : ""}`);
  /** Without a language, in that of the question. */
  help = (q: string, language: string | undefined, signal: AbortSignal): Promise<Help> =>
    this.call("GET", `/help?${query({ q, ...(language && { language }) })}`, undefined, { signal });
  status = (): Promise<Status> => this.call("GET", "/status");

  models = (): Promise<Nouns["Shelf"]> => this.call("GET", "/models");
  model = (name: string): Promise<OneModel> => this.call("GET", modelPath(name));
  load = (name: string): Promise<void> => this.call("POST", `${modelPath(name)}/load`);
  unload = (name: string): Promise<void> => this.call("POST", `${modelPath(name)}/unload`);
  verify = (name: string): Promise<Verified> => this.call("POST", `${modelPath(name)}/verify`);
  removeModel = (name: string): Promise<void> => this.call("DELETE", modelPath(name));
  catalogue = (): Promise<Nouns["Catalogue"]> => this.call("GET", "/catalogue");
  /** Measures this machine where that was never done. */
  fit = (): Promise<Nouns["FitList"]> => this.call("GET", "/fit");
  plan = (ref: string, signal: AbortSignal): Promise<Plan> => this.call("POST", "/pulls/plan", { ref }, { signal });
  pulls = (): Promise<PullList> => this.call("GET", "/pulls");
  pull = (asked: NewPull): Promise<Pull> => this.call("POST", "/pulls", asked);
  discard = (name: string): Promise<void> => this.call("DELETE", `/left/${encodeURIComponent(name)}`);
  stopPull = (id: string): Promise<void> => this.call("POST", `/pulls/${id}/stop`);

  shelves = (): Promise<Nouns["ShelfList"]> => this.call("GET", "/shelves");
  shelf = (id: string): Promise<OneShelf> => this.call("GET", `/shelves/${id}`);
  makeShelf = (name: string): Promise<Shelf> => this.call("POST", "/shelves", { name });
  removeShelf = (id: string): Promise<void> => this.call("DELETE", `/shelves/${id}`);
  watchShelf = (id: string, watched: boolean): Promise<Shelf> => this.call("PATCH", `/shelves/${id}`, { watched });
  addSource = (id: string, path: string): Promise<Shelf> => this.call("POST", `/shelves/${id}/sources`, { path });
  takeOff = (id: string, source: number): Promise<void> => this.call("DELETE", `/shelves/${id}/sources/${source}`);
  unmount = (id: string, path: string): Promise<void> => this.call("DELETE", `/shelves/${id}/encyclopaedias?${query({ path })}`);
  syncShelf = (id: string): Promise<Shelf> => this.call("POST", `/shelves/${id}/sync`);
  pauseShelf = (id: string): Promise<Shelf> => this.call("POST", `/shelves/${id}/pause`);
  checkShelf = (id: string): Promise<Verdict> => this.call("POST", `/shelves/${id}/check`);
  documents = (id: string, after: string, isUnread: boolean): Promise<DocumentList> =>
    this.call("GET", `/shelves/${id}/documents?${query({ after, ...(isUnread && { unread: "yes" }) })}`);
  takeBack = (id: string, name: string): Promise<void> => this.call("DELETE", `/shelves/${id}/documents?${query({ name })}`);
  /** What stands in a document from one byte to another, and around. */
  stretch = (id: string, name: string, start: number, end: number): Promise<Stretch> =>
    this.call("GET", `/shelves/${id}/text?${query({ name, start, end })}`);
  give = (shelf: string, file: File, password?: string): Promise<Document> =>
    this.call("POST", `/documents?${query({ shelf, name: file.name })}`, file, { password });
  unlock = (id: string, name: string, password: string): Promise<Document> =>
    this.call("POST", `/shelves/${id}/unlock`, { name, password });
  /** What a file says, as text. */
  read = (file: Blob, name: string, password?: string): Promise<Nouns["ReadNoun"]> =>
    this.call("POST", `/read?${query({ name })}`, file, { password });

  chats = (which: Which, limit: number, before?: string | null): Promise<ChatList> =>
    this.call("GET", `/chats?${asked(which)}&limit=${limit}${before ? `&before=${encodeURIComponent(before)}` : ""}`);
  chat = (id: string): Promise<OpenChat> => this.call("GET", `/chats/${id}`);
  change = (id: string, change: ChatChange): Promise<OpenChat> => this.call("PATCH", `/chats/${id}`, change);
  versions = (chat: string, message: string): Promise<Nouns["Versions"]> =>
    this.call("GET", `/chats/${chat}/messages/${message}/versions`);
  /** `isLeaving`: the page is about to go, and the call must outlive it. */
  remove = (id: string, isLeaving = false): Promise<void> => this.call("DELETE", `/chats/${id}`, undefined, { keepalive: isLeaving });
  removeAll = (): Promise<void> => this.call("DELETE", "/chats");
  removeMessage = (chat: string, id: string, isLeaving = false): Promise<void> =>
    this.call("DELETE", `/chats/${chat}/messages/${id}`, undefined, { keepalive: isLeaving });
  /** An answer as it goes to a clipboard, with the mark that an AI wrote it. */
  copied = (chat: string, id: string): Promise<Nouns["CopyNoun"]> => this.call("GET", `/chats/${chat}/messages/${id}/copy`);
  like = (chat: string, id: string, liked: 1 | -1 | null): Promise<OpenChat> =>
    this.call("PATCH", `/chats/${chat}/messages/${id}`, { liked });
  fork = (chat: string, message: string, title: string): Promise<OpenChat> =>
    this.call("POST", `/chats/${chat}/fork`, { message, title });
  folders = (): Promise<Nouns["FolderList"]> => this.call("GET", "/folders");
  /** Call a folder otherwise, or with "" dissolve it. */
  changeFolder = (name: string, to: string): Promise<Nouns["FolderList"]> => this.call("PATCH", "/folders", { name, to });
  storage = (): Promise<Storage> => this.call("GET", "/storage");
  search = (words: string, signal: AbortSignal): Promise<Nouns["Hits"]> =>
    this.call("GET", `/search?q=${encodeURIComponent(words)}`, undefined, { signal });

  presets = (): Promise<Nouns["PresetList"]> => this.call("GET", "/presets");
  addPreset = (preset: NewPreset): Promise<Preset> => this.call("POST", "/presets", preset);
  putPreset = (id: string, preset: NewPreset): Promise<Preset> => this.call("PUT", `/presets/${id}`, preset);
  removePreset = (id: string): Promise<void> => this.call("DELETE", `/presets/${id}`);
  settings = (): Promise<ProgramSettings> => this.call("GET", "/settings");
  set = (change: Record<string, string>): Promise<ProgramSettings> => this.call("PATCH", "/settings", change);

  safeguards = (): Promise<Safeguards> => this.call("GET", "/safeguards");
  defaults = (model: string | null): Promise<Defaults> =>
    this.call("GET", `/defaults${model === null ? "" : `?model=${encodeURIComponent(model)}`}`);

  /** Ask in a chat, or, with none, begin one. */
  ask = (chat: string | null, question: Question): Promise<Run> =>
    this.call("POST", chat === null ? "/runs" : `/chats/${chat}/runs`, question);
  stop = (run: Pick<Run, "chat" | "id">): Promise<void> => this.call("POST", `/chats/${run.chat}/runs/${run.id}/stop`);

  readonly changesPath = `${ROOM}/changes`;
  /** The text of an attachment. */
  attachment = async (chat: string, message: string, number: number): Promise<string> => {
    const answer = await this.#send("GET", this.#attachmentPath(chat, message, number));
    if (!answer.ok) throw await problemOf(answer);
    try {
      return await answer.text();
    } catch {
      throw new Unreachable();
    }
  };

  attachmentPath = (...place: [chat: string, message: string, number: number]): string => ROOM + this.#attachmentPath(...place);
  eventsPath = (chat: string, run: string): string => `${ROOM}/chats/${chat}/runs/${run}/events`;
  exportPath = (chat: string, form: Form, language: string): string =>
    `${ROOM}/chats/${chat}/export?format=${form}&language=${language}`;
  exportAllPath = (form: Form): string => `${ROOM}/export?format=${form}`;
  importPath = `${ROOM}/import`;
  stopImport = (): Promise<void> => this.call("DELETE", "/import");

  #attachmentPath(chat: string, message: string, number: number): string {
    return `/chats/${chat}/messages/${message}/attachments/${number}`;
  }

  /** Whose calls stand elsewhere come with what shows them, and not with the page's start. */
  async call<T>(method: string, path: string, body?: object, how: How = {}): Promise<T> {
    const answer = await this.#send(method, path, body, how);
    if (answer.status === 204) return undefined as T;
    if (!answer.ok) throw await problemOf(answer);
    try {
      return (await answer.json()) as T;
    } catch {
      throw new Unreachable();
    }
  }

  async #send(method: string, path: string, body?: object, { password, ...how }: How = {}): Promise<Response> {
    try {
      // A bare name, since a browser's fetch may not be called as anybody's method.
      const get = this.#fetch;
      return await get(`${ROOM}${path}`, {
        method,
        ...(body && written(body, password)),
        ...how,
      });
    } catch (cause) {
      if (how.signal?.aborted) throw cause;
      throw new Unreachable();
    }
  }
}

/** A file goes as it is, all else as JSON. */
function written(body: object, password?: string): Pick<RequestInit, "headers" | "body"> {
  if (body instanceof Blob) {
    const beside = password && { "Document-Password": encodeURIComponent(password) };
    return { headers: { "Content-Type": "application/octet-stream", ...beside }, body };
  }
  return { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

const query = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join("&");

function asked(which: Which): string {
  if (which === "unfiled") return "unfiled=yes";
  return which === "archived" ? "archived=only" : `folder=${encodeURIComponent(which.folder)}`;
}
