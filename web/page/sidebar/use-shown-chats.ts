import { useMemo } from "react";

import type { Chat } from "../../shared/api";
import { isDoomed } from "../../shared/doomed";
import { useStored } from "../reader";

/** Return the chats of the list that are not about to be deleted. */
export function useShownChats(): readonly Chat[] {
  const chats = useStored((state) => state.chats);
  const doomed = useStored((state) => state.doomed);
  return useMemo(() => chats.filter(({ id }) => !isDoomed(doomed, id)), [chats, doomed]);
}
