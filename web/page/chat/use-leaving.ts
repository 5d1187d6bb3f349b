import type { MenuItem } from "../parts/menu";
import { useApp, useSay, useStored } from "../reader";

/** Return what a menu offers of models elsewhere, to answer a question; nothing while an answer is being written. */
export function useLeaving(question: string | null, detail?: string): readonly MenuItem[] {
  const { store } = useApp();
  const say = useSay();
  const upstreams = useStored((state) => state.upstreams);
  const isBusy = useStored((state) => state.live !== null);
  if (question === null || isBusy) return [];
  return upstreams.map(({ name }) => ({
    label: say("leave.ask", { name }),
    detail,
    icon: "export",
    isKept: true,
    act: () => {
      const { chat } = store.get();
      if (chat !== null) store.set({ leaving: { chat: chat.id, question, upstream: name } });
    },
  }));
}
