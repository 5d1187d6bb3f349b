/** The way to the server as the page lives with it: who is not signed in, who does not answer. */

import { Api } from "./api";
import { Problem, told, Unreachable } from "./problem";
import type { State } from "./state";
import type { Store } from "./store";

const AGAIN_AFTER = 1_500;

export class Server {
  readonly api: Api;
  readonly #store: Store<State>;
  readonly #back = new Set<() => void>();
  #isTrying = false;

  constructor(store: Store<State>, api: Api) {
    this.#store = store;
    this.api = api;
  }

  /** Hear when the server is there (again) for one who is signed in. */
  onBack(work: () => void): void {
    this.#back.add(work);
  }

  /** Do a call; what it says of the session and the connection is noted. Throws what the call throws. */
  async do<T>(call: (api: Api) => Promise<T>): Promise<T> {
    try {
      const found = await call(this.api);
      this.connected(true);
      return found;
    } catch (cause) {
      this.noteFailure(cause);
      throw cause;
    }
  }

  /** The same where a failure needs no more words than those of the banner and the sign-in page. */
  async attempt<T>(call: (api: Api) => Promise<T>): Promise<T | null> {
    try {
      return await this.do(call);
    } catch (cause) {
      told(cause); // throws what is a mistake of ours
      return null;
    }
  }

  noteFailure(cause: unknown): void {
    if (cause instanceof Unreachable) this.connected(false);
    if (cause instanceof Problem && cause.isSignedOut) this.#store.set({ session: "signed-out" });
  }

  connected(isReachable: boolean): void {
    if (isReachable !== this.#store.get().isReachable) this.#store.set({ isReachable });
    if (!isReachable && !this.#isTrying) {
      this.#isTrying = true;
      setTimeout(() => void this.#tryAgain(), AGAIN_AFTER);
    }
  }

  async #tryAgain(): Promise<void> {
    this.#isTrying = false;
    await this.checkSession();
  }

  /** Ask who we are, and begin, or begin anew, with all that depends on it. */
  async checkSession(): Promise<void> {
    const wasOut = this.#store.get().session !== "signed-in" || !this.#store.get().isReachable;
    const who = await this.attempt((api) => api.session());
    if (who === null) return;
    this.#store.set({ session: who.signed_in ? "signed-in" : "signed-out" });
    if (who.signed_in && wasOut) for (const work of this.#back) work();
  }

  /** Sign in with a sign-in link, or the code in it. Throws what is wrong with it. */
  async signIn(link: string): Promise<void> {
    await this.do((api) => api.signIn(link.slice(link.lastIndexOf("#") + 1).trim()));
    await this.checkSession();
  }

  async signOut(): Promise<void> {
    await this.attempt((api) => api.signOut());
    await this.checkSession();
  }

  /** Sign out every browser, this one too. Throws what went wrong. */
  async signOutAll(): Promise<void> {
    await this.do((api) => api.signOutAll());
    await this.checkSession();
  }
}
