/** The shelves of documents at the server, and the work on them. Knows no components. */

import type { Api, Document, DocumentList, OneShelf, Shelf, Verdict } from "./api";
import { Problem, told } from "./problem";
import type { Server } from "./server";
import { type Schedule, Store } from "./store";

export interface ShelvesState {
  /** null until they have come. */
  shelves: readonly Shelf[] | null;
  /** Files on their way to a shelf. */
  sending: readonly Sending[];
  problem: Problem | null;
}

/** A file that is being put on a shelf, or why it was not. */
export interface Sending {
  shelf: string;
  name: string;
  /** null: it is still under way. */
  problem: Problem | null;
  file: File;
}

/** Bytes that the server takes of a file; see server/app_api/documents.py. */
export const MOST_BYTES = 64 * 1024 ** 2;

const LOOKS_EVERY = 1_000;

/** Another program may work on a shelf, of which nobody tells. */
const LOOKS_ROUND = 5_000;

export class Shelves {
  readonly store: Store<ShelvesState>;
  readonly #server: Server;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #isOpen = false;

  constructor(server: Server, schedule: Schedule) {
    this.store = new Store<ShelvesState>({ shelves: null, sending: [], problem: null }, schedule);
    this.#server = server;
  }

  /** Somebody looks at the shelves: they are kept as they are at the server. */
  async open(): Promise<void> {
    this.#isOpen = true;
    await this.look();
  }

  /** Nobody does any more. */
  close(): void {
    this.#isOpen = false;
  }

  /** Fetch them, and go on looking while any is being brought in step. */
  async look(): Promise<void> {
    clearTimeout(this.#looking);
    try {
      const { shelves } = await this.#server.do((api) => api.shelves());
      if (JSON.stringify(shelves) !== JSON.stringify(this.store.get().shelves)) this.store.set({ shelves });
      if (this.store.get().problem !== null) this.store.set({ problem: null });
    } catch (cause) {
      this.store.set({ problem: told(cause) });
    }
    clearTimeout(this.#looking);
    const isBusy = this.store.get().shelves?.some((shelf) => isUnderWay(shelf) || isChecking(shelf)) ?? false;
    if (isBusy || this.#isOpen) {
      this.#looking = setTimeout(() => void this.look(), isBusy ? LOOKS_EVERY : LOOKS_ROUND);
    }
  }

  /** Each throws what is wrong. */
  make = (name: string): Promise<Shelf> => this.#change((api) => api.makeShelf(name));
  remove = (shelf: string): Promise<void> => this.#change((api) => api.removeShelf(shelf));
  add = (shelf: string, path: string): Promise<Shelf> => this.#change((api) => api.addSource(shelf, path));
  takeOff = (shelf: string, source: number): Promise<void> => this.#change((api) => api.takeOff(shelf, source));
  unmount = (shelf: string, path: string): Promise<void> => this.#change((api) => api.unmount(shelf, path));
  takeBack = (shelf: string, document: string): Promise<void> => this.#change((api) => api.takeBack(shelf, document));
  unlock = (shelf: string, document: string, password: string): Promise<Document> =>
    this.#change((api) => api.unlock(shelf, document, password));
  sync = (shelf: string): Promise<Shelf> => this.#change((api) => api.syncShelf(shelf));
  pause = (shelf: string): Promise<Shelf> => this.#change((api) => api.pauseShelf(shelf));
  watch = (shelf: string, watched: boolean): Promise<Shelf> => this.#change((api) => api.watchShelf(shelf, watched));
  check = (shelf: string): Promise<Verdict> => this.#server.do((api) => api.checkShelf(shelf));
  one = (shelf: string): Promise<OneShelf> => this.#server.do((api) => api.shelf(shelf));
  documents = (shelf: string, after: string, isUnread: boolean): Promise<DocumentList> =>
    this.#server.do((api) => api.documents(shelf, after, isUnread));

  /** Put files on a shelf, one after the other; what goes wrong with one stands in the state. */
  async give(shelf: string, files: readonly File[]): Promise<void> {
    const mine = files.map((file) => ({ file, sending: { shelf, name: file.name, problem: null, file } as Sending }));
    this.store.set({ sending: [...this.store.get().sending, ...mine.map(({ sending }) => sending)] });
    for (const { file, sending } of mine) {
      let problem: Problem | null = null;
      try {
        if (file.size > MOST_BYTES) throw new Problem("too_large", "", null);
        await this.#server.do((api) => api.give(shelf, file));
      } catch (cause) {
        problem = told(cause);
      }
      this.#settle(sending, problem);
      if (problem === null) void this.look();
    }
  }

  /** Put a locked file on its shelf by its password. Throws what is wrong. */
  async giveLocked(sending: Sending, password: string): Promise<void> {
    await this.#server.do((api) => api.give(sending.shelf, sending.file, password));
    this.dismiss(sending);
    void this.look();
  }

  /** Show no more why a file was not put on its shelf. */
  dismiss(sending: Sending): void {
    this.store.set({ sending: this.store.get().sending.filter((one) => one !== sending) });
  }

  #settle(sending: Sending, problem: Problem | null): void {
    const all = this.store.get().sending;
    const now = problem === null ? all.filter((one) => one !== sending) : all.map((one) => (one === sending ? { ...one, problem } : one));
    this.store.set({ sending: now });
  }

  async #change<T>(call: (api: Api) => Promise<T>): Promise<T> {
    try {
      return await this.#server.do(call);
    } finally {
      await this.look();
    }
  }
}

export function isUnderWay({ work }: Pick<Shelf, "work">): boolean {
  return work?.state === "running";
}

/** Whether an encyclopaedia is being checked for it. */
export function isChecking({ mounting }: Pick<Shelf, "mounting">): boolean {
  return mounting.some(({ problem }) => problem === null);
}

/** Return how far it is, from 0 to 1: with the files, then with the vectors. null while files are being looked for. */
export function share(work: NonNullable<Shelf["work"]>): number | null {
  const { vectors, vectors_total } = work;
  if (vectors !== null && vectors_total) return vectors / vectors_total;
  return work.total === 0 ? null : work.done / work.total;
}

/** Whether something in it waits to be read: it was never looked through to its end. */
export function isUnfinished({ work, sources, synced }: Shelf): boolean {
  return work?.state === "paused" || (work === null && sources > 0 && synced === null);
}
