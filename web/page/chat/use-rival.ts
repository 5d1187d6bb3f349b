import type { MenuItem } from "../parts/menu";
import { useApp, useSay, useStored } from "../reader";
import { useAnswering } from "./use-answering";

interface RivalChoice {
  /** Who answers beside the model; null: nobody. */
  rival: string | null;
  items: readonly MenuItem[];
}

/** Return who answers beside this model, and what a menu offers of it. `open` shows who else could. */
export function useRival(model: string | undefined, open: () => void): RivalChoice {
  const app = useApp();
  const say = useSay();
  const models = useAnswering();
  const chosen = useStored((state) => state.rival);
  const rival = chosen === model ? null : chosen;
  if (models.length < 2 && rival === null) {
    const act = () => app.openPanel("models/get");
    return { rival, items: [{ label: say("compare.with"), detail: say("compare.needs"), icon: "columns", isKept: true, act }] };
  }
  const label = rival === null ? say("compare.with") : say("compare.now", { model: rival });
  const choose: MenuItem = { label, icon: "columns", isKept: true, act: open };
  const stop: MenuItem = { label: say("compare.stop"), icon: "close", isKept: true, act: () => app.sideBySide.compareWith(null) };
  return { rival, items: rival === null ? [choose] : [choose, stop] };
}
