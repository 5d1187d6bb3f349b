/** Nouns of the server's, as small as they can be. */

import type { Chat, Context, Defaults, Preset } from "../shared/api";

export const NO_SETTINGS: Chat["settings"] = {
  temperature: null, top_p: null, top_k: null, min_p: null,
  repeat_penalty: null, seed: null, max_tokens: null, context: null, tools: null,
};

export const ROOMY: Context = { window: 4096, room: 3000, used: 100, exact: true, left_out: 0 };

export const DEFAULTS: Defaults = {
  system: "Be kind.",
  settings: { ...NO_SETTINGS, temperature: 0.8, max_tokens: 1024, context: 4096 },
  window: 4096,
  ranges: { temperature: { low: 0, high: 2, whole: false }, top_k: { low: 0, high: 1000, whole: true } },
};

export function chatOf(id: string, more: Partial<Chat> = {}): Chat {
  return {
    id, title: "", system: "", model: "m", leaf: null, created: 0, changed: 0,
    pinned: false, archived: false, folder: "", temporary: false, settings: NO_SETTINGS,
    knowledge: [], quote: false, writing: null, ...more,
  };
}

export function presetOf(name: string, more: Partial<Preset> = {}): Preset {
  return { id: name, name, system: "", settings: NO_SETTINGS, created: 0, ...more };
}
