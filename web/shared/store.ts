/** State, and those who want to hear of its changes: at most once a frame. Knows nothing of what it holds. */

export type Schedule = (work: () => void) => void;

export class Store<T extends object> {
  #state: T;
  #waiting = false;
  readonly #listeners = new Set<() => void>();
  readonly #schedule: Schedule;

  constructor(state: T, schedule: Schedule) {
    this.#state = state;
    this.#schedule = schedule;
  }

  get = (): T => this.#state;

  /** Lay a change over the state. Many changes within a frame are told once. */
  set(change: Partial<T>): void {
    this.#state = { ...this.#state, ...change };
    if (this.#waiting) return;
    this.#waiting = true;
    this.#schedule(() => {
      this.#waiting = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }

  /** Return what ends the subscription. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** A page in the background draws no frames; it is told by a timer instead. */
export const eachFrame: Schedule = (work) => {
  if (document.hidden) setTimeout(work, 100);
  else requestAnimationFrame(work);
};
