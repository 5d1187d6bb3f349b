import { useEffect } from "react";

import type { Edit, Setup } from "../../shared/setup";
import { editOf, setupOf } from "../../shared/setup";
import { useApp, useStored } from "../reader";

interface Here extends Setup {
  /** null: one that has not begun. */
  chat: string | null;
  /** What is not with the server yet. */
  edit: Edit | undefined;
  change: (change: Partial<Setup>) => void;
}

/** What is set for the chat that is open, as it was last changed here. */
export function useSetup(): Here {
  const { setups } = useApp();
  const state = useStored((whole) => whole);
  const { chat } = state.route;
  useEffect(() => setups.recall(chat), [setups, chat]);
  return {
    ...setupOf(state, chat),
    chat,
    edit: editOf(state, chat),
    change: (change) => setups.change(chat, change),
  };
}
