import { useMemo } from "react";

import type { Model } from "../../shared/api";
import { useStored } from "../reader";

/** As the server calls a model that writes answers; see models/kinds.py. */
const LANGUAGE_MODEL = "language";

/** Return the models on this machine that can answer. */
export function useAnswering(): readonly Model[] {
  const models = useStored((state) => state.models);
  return useMemo(() => models.filter((model) => model.kind === LANGUAGE_MODEL), [models]);
}
