/** Small things this browser remembers. Where it may not (a private window, a full disk), for this visit. */

const PROBE = "probe";

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
  readonly length?: number;
  key?(index: number): string | null;
}

const PREFIX = "sotto.";

/** Return what the browser's storage calls a thing. */
export const placeOf = (key: string): string => PREFIX + key;

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
      return this.#shelf?.getItem(placeOf(key)) ?? null;
    } catch {
      return null;
    }
  }

  /** Forget everything whose key begins so. */
  drop(prefix: string): void {
    for (const key of [...this.#visit.keys(), ...this.#kept()]) if (key.startsWith(prefix)) this.set(key, "");
  }

  #kept(): string[] {
    try {
      const shelf = this.#shelf;
      const keys = Array.from({ length: shelf?.length ?? 0 }, (_, index) => shelf?.key?.(index) ?? "");
      return keys.filter((key) => key.startsWith(PREFIX)).map((key) => key.slice(PREFIX.length));
    } catch {
      return [];
    }
  }

  /** Return whether something is kept, and only for this visit. */
  isFleeting = (key: string): boolean => Boolean(this.#visit.get(key));

  /** Keep a text; an empty one is forgotten. */
  set(key: string, text: string): void {
    try {
      if (text === "") this.#shelf?.removeItem(placeOf(key));
      else this.#shelf?.setItem(placeOf(key), text);
      this.#visit.delete(key);
      if (this.#shelf === null) this.#visit.set(key, text);
    } catch {
      this.#visit.set(key, text);
      this.#isKept = false;
      this.#lost?.();
      this.#lost = null;
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
