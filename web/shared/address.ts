/** Where the page is, in the browser's address and its history. */

import { pathOf, type Route, routeOf } from "./route";
import type { State } from "./state";
import type { Store } from "./store";

/** What the browser's history keeps of each place. */
interface Kept {
  chat: string | null;
  isPushed?: boolean;
  /** Whether nothing of the chat is stored: should it be gone, its reader is told why. */
  isTemporary?: boolean;
}

export class Address {
  readonly #store: Store<State>;

  constructor(store: Store<State>) {
    this.#store = store;
  }

  /** Go to another place. */
  push(route: Route): void {
    const isTemporary = this.#store.get().isTemporary && route.chat === this.#store.get().route.chat;
    history.pushState({ chat: route.chat, isPushed: true, isTemporary } satisfies Kept, "", pathOf(route));
    this.#store.set({ route });
  }

  /** Call the place where one is another. */
  replace(route: Route): void {
    const { isTemporary } = this.#store.get();
    history.replaceState({ ...kept(), chat: route.chat, isTemporary }, "", pathOf(route));
    this.#store.set({ route });
  }

  /** Go back, where the page itself came here from another place; return whether it did. */
  back(): boolean {
    const isPushed = kept()?.isPushed ?? false;
    if (isPushed) history.back();
    return isPushed;
  }
}

export function addressed(): Route {
  return routeOf(location.pathname, kept()?.chat ?? null);
}

/** Return whether the chat at this place is, or was, one of which nothing is stored. */
export function isKeptTemporary(): boolean {
  return kept()?.isTemporary ?? false;
}

function kept(): Kept | null {
  return history.state as Kept | null;
}
