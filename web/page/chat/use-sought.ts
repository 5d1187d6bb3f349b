import { type RefObject, useEffect } from "react";

import { useApp, useStored } from "../reader";

/** Messages shown above the one that was sought. */
const ABOVE = 4;

/** Scroll to the message that a search has led to, showing so many of the newest that it is among them. */
export function useSought(
  column: RefObject<HTMLElement | null>,
  most: number,
  setMost: (most: number) => void,
  leaveEnd: () => void,
): void {
  const { store } = useApp();
  const sought = useStored((state) => state.sought);
  const branch = useStored((state) => state.branch);
  useEffect(() => {
    const at = sought === null ? -1 : branch.findIndex(({ id }) => id === sought);
    if (at < 0) return;
    if (branch.length - at > most) return setMost(branch.length - at + ABOVE);
    leaveEnd();
    column.current?.querySelector(`[data-message="${sought}"]`)?.scrollIntoView({ block: "center" });
    store.set({ sought: null });
  }, [sought, branch, most, setMost, leaveEnd, column, store]);
}
