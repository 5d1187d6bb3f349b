import { useSyncExternalStore } from "react";

import type { LibraryState } from "../../shared/models";
import { useApp } from "../reader";

/** Follow one part of what the library knows. `select` must return the same for the same state. */
export function useLibrary<T>(select: (state: LibraryState) => T): T {
  const { store } = useApp().library;
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
