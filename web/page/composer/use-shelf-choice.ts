import { useEffect } from "react";

import { editOf, type Setup, setupOf } from "../../shared/setup";
import type { Problem } from "../../shared/problem";
import { useApp, useStored } from "../reader";

interface Choice extends Pick<Setup, "knowledge" | "quote"> {
  /** Why it could not be sent. */
  problem: Problem | null;
  choose: (change: Partial<Pick<Setup, "knowledge" | "quote">>) => void;
  /** Asks a shelf from now on, or no more. */
  toggle: (shelf: string) => void;
  sendAgain: () => void;
}

/** What the chat that is open is answered from. */
export function useShelfChoice(): Choice {
  const { setups } = useApp();
  const chat = useStored((state) => state.route.chat);
  const knowledge = useStored((state) => setupOf(state, state.route.chat).knowledge);
  const quote = useStored((state) => setupOf(state, state.route.chat).quote);
  const problem = useStored((state) => editOf(state, state.route.chat)?.problem ?? null);
  useEffect(() => setups.recall(chat), [setups, chat]);
  return {
    knowledge,
    quote,
    problem,
    choose: (change) => setups.change(chat, change),
    toggle: (shelf) =>
      setups.change(chat, { knowledge: knowledge.includes(shelf) ? knowledge.filter((one) => one !== shelf) : [...knowledge, shelf] }),
    sendAgain: () => void setups.send(chat),
  };
}
