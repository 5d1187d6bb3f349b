/** A model or variant that answered in a chat before, and is not here any more. Pure. */

import type { Message } from "./api";

interface Here {
  branch: readonly Message[];
  models: readonly { name: string }[];
  variants: readonly { name: string }[];
  model: string | null;
  status: { model: string } | null;
}

/** Return its name; null where whoever answered here last is here still, or another was chosen since. */
export function goneModel({ branch, models, variants, model, status }: Here): string | null {
  if (status === null || models.length === 0 || model !== null) return null; // not known yet, or chosen
  const last = branch.findLast(({ role, model, elsewhere }) => role === "assistant" && model !== "" && !elsewhere)?.model;
  const here = [status, ...models.map(({ name }) => ({ model: name })), ...variants.map(({ name }) => ({ model: name }))];
  return last === undefined || here.some((one) => one.model === last) ? null : last;
}
