import { useSyncExternalStore } from "react";

import type { ShelvesState } from "../../shared/shelves";
import { useApp } from "../reader";

/** Follow one part of what is known of the shelves. `select` must return the same for the same state. */
export function useShelves<T>(select: (state: ShelvesState) => T): T {
  const { store } = useApp().shelves;
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
