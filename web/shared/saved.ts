/** Small things this browser remembers. Where it may not (a private window, a full disk), for this visit. */

export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

const PREFIX = "sotto.";

/** Return what the browser's storage calls a thing. */
export const placeOf = (key: string): string => PREFIX + key;

export class Saved {
  readonly #shelf: Shelf | null;
  readonly #visit = new Map<string, string>();

  constructor(shelf: Shelf | null) {
    this.#shelf = shelf;
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

  /** Keep a text; an empty one is forgotten. Returns whether it outlasts this visit. */
  set(key: string, text: string): boolean {
    try {
      if (text === "") this.#shelf?.removeItem(placeOf(key));
      else this.#shelf?.setItem(placeOf(key), text);
      this.#visit.delete(key);
      if (this.#shelf === null) this.#visit.set(key, text);
      return this.#shelf !== null;
    } catch {
      this.#visit.set(key, text);
      return false;
    }
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
