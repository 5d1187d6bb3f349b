/**
 * Deletions that can be undone for a while: what goes is hidden at once, and asked of the server when the time
 * is up or the page is left. Until then they stand in the browser's storage, ids alone: a window that crashes
 * leaves them to the next, and other windows hide the same.
 */

import { type Doomed, isDoomed } from "./doomed";
import { type Problem, told } from "./problem";
import type { Saved } from "./saved";
import type { Server } from "./server";
import type { State } from "./state";
import type { Store } from "./store";

export const TIME_TO_UNDO = 8_000;

/** While somebody considers the notice, other windows leave a deletion alone for as long. */
const TIME_TO_CONSIDER = 600_000;

/** Others are asked for later than their own window would have. */
const GRACE = 2_000;

const AGAIN_AFTER = 3_000;
const MOST_AT_ONCE = 3;
const DISK_FULL = "disk_full";
/** What they are called in the browser's storage. */
export const KEY = "deletions";

/** `isOpen`: whether it was the one shown; `many` counts the messages that go; `leaf` is where the reader was. */
export type Deletion =
  | { kind: "chat"; chat: string; title: string; isOpen: boolean }
  | { kind: "message"; chat: string; message: string; many: number; leaf: string };

export type Wait = (work: () => void, milliseconds: number) => () => void;

/** What of the world deletions need. */
export interface Around {
  /** Milliseconds since 1970. */
  now: () => number;
  /** Return what calls the work off. */
  wait: Wait;
  /** Hears that something is not to be deleted after all. */
  undone: (deletion: Deletion) => void;
  /** Hears that something is gone for good. */
  gone: (doomed: Doomed) => void;
  /** Hears that something could not be deleted and is to be seen again. */
  kept: (doomed: Doomed) => void;
}

interface Kept extends Doomed {
  until: number;
}

export class Deletions {
  readonly #store: Store<State>;
  readonly #server: Server;
  readonly #saved: Saved;
  readonly #around: Around;
  /** Calls off what is to be done when the time is up, by the id of what goes. */
  readonly #timers = new Map<string, () => void>();

  constructor(store: Store<State>, server: Server, saved: Saved, around: Around) {
    this.#store = store;
    this.#server = server;
    this.#saved = saved;
    this.#around = around;
    this.reread();
  }

  /** Hide something, and delete it unless that is undone. */
  later(deletion: Deletion): void {
    const doomed = doomedBy(deletion);
    const undoable = [...this.#store.get().undoable, deletion];
    this.#keep(doomed, TIME_TO_UNDO);
    this.#store.set({ undoable: undoable.slice(-MOST_AT_ONCE) });
    this.#start(doomed);
    for (const early of undoable.slice(0, -MOST_AT_ONCE)) void this.#carryOut(doomedBy(early));
  }

  undo(deletion: Deletion): void {
    const doomed = doomedBy(deletion);
    this.#forget(doomed);
    this.#around.undone(deletion);
  }

  /** Delete at once what could still be undone. */
  confirm(deletion: Deletion): void {
    void this.#carryOut(doomedBy(deletion));
  }

  /** Stop the clock: somebody considers what to do. */
  hold(): void {
    for (const deletion of this.#store.get().undoable) {
      const doomed = doomedBy(deletion);
      this.#callOff(doomed);
      this.#keep(doomed, TIME_TO_CONSIDER);
    }
  }

  release(): void {
    for (const deletion of this.#store.get().undoable) {
      const doomed = doomedBy(deletion);
      this.#keep(doomed, TIME_TO_UNDO);
      this.#start(doomed);
    }
  }

  /** The page is left: ask for everything now. What does not arrive is asked for again by `resume`. */
  leave(): void {
    for (const deletion of this.#store.get().undoable) {
      const doomed = doomedBy(deletion);
      this.#keep(doomed, 0);
      void this.#carryOut(doomed, true);
    }
  }

  /** Carry out what another visit, or a lost connection, has left. */
  resume(): void {
    const own = this.#store.get().undoable.map(doomedBy);
    for (const kept of this.#read().filter((one) => !isDoomed(own, one.chat, one.message))) {
      this.#timers.get(idOf(kept))?.();
      const left = kept.until - this.#around.now();
      this.#timers.set(
        idOf(kept),
        this.#around.wait(() => void this.#carryOutLeft(kept), left > 0 ? left + GRACE : 0),
      );
    }
  }

  /** Learn what other windows have hidden, or shown again. */
  reread(): void {
    this.#store.set({ doomed: this.#read() });
  }

  #start(doomed: Doomed): void {
    this.#callOff(doomed);
    this.#timers.set(
      idOf(doomed),
      this.#around.wait(() => void this.#carryOut(doomed), TIME_TO_UNDO),
    );
  }

  /** Leave alone what its own window has given more time, or has taken back. */
  async #carryOutLeft(kept: Kept): Promise<void> {
    const now = this.#read().find((one) => idOf(one) === idOf(kept));
    if (now === undefined) this.#callOff(kept);
    else if (now.until > kept.until) this.resume();
    else await this.#carryOut(kept);
  }

  async #carryOut(doomed: Doomed, isLeaving = false, isLast = false): Promise<void> {
    this.#callOff(doomed);
    this.#endUndo(doomed);
    const { chat, message } = doomed;
    try {
      await this.#server.do((api) =>
        message === null ? api.remove(chat, isLeaving) : api.removeMessage(chat, message, isLeaving),
      );
    } catch (cause) {
      const problem = told(cause);
      // It may be gone, and only the disk too full to clear its last traces: then the next answer says so.
      if (problem.code === DISK_FULL && !isLast) return this.#carryOut(doomed, isLeaving, true);
      if (problem.code !== "not_found") return this.#failed(doomed, problem);
    }
    this.#forget(doomed);
    this.#around.gone(doomed);
  }

  #failed(doomed: Doomed, problem: Problem): void {
    // Both are asked for anew by `resume`, once they have passed.
    if (problem.isUnreachable || problem.isSignedOut) return;
    if (problem.isPassing && problem.code !== DISK_FULL) {
      this.#timers.set(
        idOf(doomed),
        this.#around.wait(() => void this.#carryOut(doomed), AGAIN_AFTER),
      );
      return;
    }
    this.#forget(doomed);
    this.#store.set({ failed: { what: "deletion.failed", problem } });
    this.#around.kept(doomed);
  }

  #callOff(doomed: Doomed): void {
    this.#timers.get(idOf(doomed))?.();
    this.#timers.delete(idOf(doomed));
  }

  #endUndo(doomed: Doomed): void {
    const undoable = this.#store.get().undoable.filter((one) => idOf(doomedBy(one)) !== idOf(doomed));
    this.#store.set({ undoable });
  }

  #forget(doomed: Doomed): void {
    this.#callOff(doomed);
    this.#endUndo(doomed);
    this.#write(this.#read().filter((one) => idOf(one) !== idOf(doomed)));
  }

  #keep({ chat, message }: Doomed, milliseconds: number): void {
    const others = this.#read().filter((one) => idOf(one) !== (message ?? chat));
    this.#write([...others, { chat, message, until: this.#around.now() + milliseconds }]);
  }

  #write(kept: readonly Kept[]): void {
    this.#saved.set(KEY, kept.length === 0 ? "" : JSON.stringify(kept));
    this.#store.set({ doomed: kept });
  }

  #read(): Kept[] {
    try {
      const found: unknown = JSON.parse(this.#saved.get(KEY) ?? "[]");
      return Array.isArray(found) ? found.filter(isKept) : [];
    } catch {
      return [];
    }
  }
}

export function doomedBy(deletion: Deletion): Doomed {
  return { chat: deletion.chat, message: deletion.kind === "message" ? deletion.message : null };
}

const idOf = ({ chat, message }: Doomed): string => message ?? chat;

function isKept(given: unknown): given is Kept {
  if (typeof given !== "object" || given === null) return false;
  const { chat, message, until } = given as Record<string, unknown>;
  return typeof chat === "string" && (message === null || typeof message === "string") && typeof until === "number";
}
