import { useMemo } from "react";

import type { Chat } from "../../shared/api";
import { isDoomed } from "../../shared/doomed";
import { useStored } from "../reader";

/** Return those of the chats that are not about to be deleted. */
export function useSpared(chats: readonly Chat[]): readonly Chat[] {
  const doomed = useStored((state) => state.doomed);
  return useMemo(() => chats.filter(({ id }) => !isDoomed(doomed, id)), [chats, doomed]);
}
