import { useApp, useStored } from "../reader";

/** Who answers the next question, and how to have another do so. */
export function useChosen(): { name: string | undefined; usual: string | undefined; choose: (name: string) => void } {
  const { store } = useApp();
  const usual = useStored((state) => state.status?.model);
  const name = useStored((state) => state.model) ?? usual;
  return { name, usual, choose: (chosen) => store.set({ model: chosen === usual ? null : chosen }) };
}
