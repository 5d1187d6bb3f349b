/** Who answers beside the model: another one, a variant, or the same one with answers drawn otherwise. Pure. */

/** `temperature` null: as the chat and the program have it. */
export interface Rival {
  model: string;
  temperature: number | null;
}

/** Return whether its answers could be others than the model's own. */
export const isOther = ({ model, temperature }: Rival, answering: string | undefined): boolean =>
  temperature !== null || model !== answering;

/** Return it as it is kept. */
export const kept = (rival: Rival | null): string => (rival === null ? "" : JSON.stringify(rival));

/** Return what was kept; a bare name is of an earlier version of the page. */
export function rivalOf(text: string): Rival | null {
  if (text === "") return null;
  try {
    const { model, temperature } = JSON.parse(text) as Partial<Rival>;
    if (typeof model === "string") return { model, temperature: typeof temperature === "number" ? temperature : null };
  } catch {
    return { model: text, temperature: null };
  }
  return null;
}
