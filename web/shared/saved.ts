/** Small things this browser remembers. Where it may not (a private window, a full disk), for this visit. */

const PROBE = "probe";

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = "sotto.";

export class Saved {
  readonly #shelf: Shelf | null;
  readonly #visit = new Map<string, string>();
  #lost: (() => void) | null = null;
  #isKept: boolean;

  constructor(shelf: Shelf | null) {
    this.#shelf = shelf;
    this.#isKept = shelf !== null && canKeep(shelf);
  }

  /** Hear once, now or later, that what is kept here is kept for this visit only. */
  onLost(work: () => void): void {
    if (this.#isKept) this.#lost = work;
    else work();
  }

  get(key: string): string | null {
    const own = this.#visit.get(key);
    if (own !== undefined) return own;
    try {
      return this.#shelf?.getItem(PREFIX + key) ?? null;
    } catch {
      return null;
    }
  }

  /** Keep a text; an empty one is forgotten. Returns whether it outlasts this visit. */
  set(key: string, text: string): boolean {
    try {
      if (text === "") this.#shelf?.removeItem(PREFIX + key);
      else this.#shelf?.setItem(PREFIX + key, text);
      this.#visit.delete(key);
      if (this.#shelf === null) this.#visit.set(key, text);
      return this.#shelf !== null;
    } catch {
      this.#visit.set(key, text);
      this.#isKept = false;
      this.#lost?.();
      this.#lost = null;
      return false;
    }
  }
}

/** Some browsers have a shelf that takes nothing. */
function canKeep(shelf: Shelf): boolean {
  try {
    shelf.setItem(PREFIX + PROBE, PROBE);
    shelf.removeItem(PREFIX + PROBE);
    return true;
  } catch {
    return false;
  }
}

/** Return the browser's storage, which some browsers refuse even to name. */
export function browserShelf(): Shelf | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
