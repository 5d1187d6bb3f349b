import { isOther } from "../../shared/rival";
import type { MenuItem } from "../parts/menu";
import { useApp, useSay, useStored } from "../reader";

interface RivalChoice {
  /** Who answers beside the model, in words; null: nobody. */
  rival: string | null;
  items: readonly MenuItem[];
}

/** Return who answers beside this model, and what a menu offers of it. `open` shows who else could. */
export function useRival(model: string | undefined, open: () => void): RivalChoice {
  const app = useApp();
  const say = useSay();
  const chosen = useStored((state) => state.rival);
  if (chosen === null || !isOther(chosen, model)) {
    return { rival: null, items: [{ label: say("compare.with"), icon: "columns", isKept: true, act: open }] };
  }
  const { model: name, temperature } = chosen;
  const rival = temperature === null ? name : say("compare.drawn", { model: name, temperature });
  const stop: MenuItem = { label: say("compare.stop"), icon: "close", isKept: true, act: () => app.sideBySide.compareWith(null) };
  return { rival, items: [{ label: say("compare.now", { model: rival }), icon: "columns", isKept: true, act: open }, stop] };
}
