/** What can be set for a chat: names, numbers as they are typed, and how they are told apart. Pure. */

import type { components } from "./api.gen";

type Noun = components["schemas"]["SettingsNoun"];

export type SettingName = Exclude<keyof Noun, "tools">;
type Range = components["schemas"]["RangeNoun"];

/** Only what is set. */
export type ChatSettings = Partial<Record<SettingName, number>> & { tools?: boolean };

/** In the order they are shown: what most people change, then the rest. */
export const COMMON = ["temperature", "max_tokens", "context"] as const satisfies readonly SettingName[];
export const RARE = ["top_p", "top_k", "min_p", "repeat_penalty", "seed"] as const satisfies readonly SettingName[];

export function given(noun: Partial<Noun> | undefined): ChatSettings {
  const said = Object.entries(noun ?? {}).filter(([, value]) => value !== null);
  return Object.fromEntries(said) as ChatSettings;
}

/** Return the settings with one changed; null sets it back. */
export function changed(settings: ChatSettings, name: SettingName, value: number | null): ChatSettings {
  const { [name]: _, ...others } = settings;
  return value === null ? others : { ...others, [name]: value };
}

export function isSame(one: ChatSettings, other: ChatSettings): boolean {
  return ([...COMMON, ...RARE, "tools"] as const).every((name) => one[name] === other[name]);
}

/** Read a number as people type it: null where nothing stands there, undefined where it cannot be used. */
export function numberIn(text: string, range: Range): number | null | undefined {
  const typed = text.trim().replace(",", ".");
  if (typed === "") return null;
  if (!/^-?(\d+\.?\d*|\.\d+)$/.test(typed)) return undefined;
  const value = Number(typed);
  if (value < range.low || value > range.high || (range.whole && !Number.isInteger(value))) return undefined;
  return value;
}

/** How a slider goes over a range: not farther than anybody would want, in steps that can be felt. */
export function slideOf(name: SettingName, range: Range, window: number | null): { low: number; high: number; step: number } | null {
  const most = { top_k: 200, min_p: 0.5 }[name as string] ?? range.high;
  switch (name) {
    case "seed":
      return null;
    case "max_tokens":
      return window === null ? null : { low: 16, high: window, step: 16 };
    case "context":
      return window === null ? null : { low: range.low, high: Math.max(window, range.low), step: 64 };
    default:
      return { low: range.low, high: most, step: range.whole ? 1 : 0.05 };
  }
}
