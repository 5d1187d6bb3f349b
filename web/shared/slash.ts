/** What a message that begins with a slash may mean: a command of the page, a preset, or a shelf to ask. Pure. */

import type { Preset, Shelf } from "./api";

/** One more command needs its name here, its action in page/actions.ts and its words in the strings. */
export const COMMANDS = ["new", "temp", "settings", "search", "models", "kb", "export", "help"] as const;

export type Command = (typeof COMMANDS)[number];
type Named = Pick<Shelf, "id" | "name">;
export type Offer = { kind: "command"; name: Command } | { kind: "preset"; preset: Preset } | { kind: "shelf"; shelf: Named };

/** What is offered besides the page's commands, where it is there. */
interface There {
  presets?: readonly Preset[];
  shelves?: readonly Named[];
  commands?: readonly Command[];
}

/** Return what is offered for a text; nothing where it is a message like any other. */
export function offersFor(text: string, { presets = [], shelves = [], commands = COMMANDS }: There): Offer[] {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const typed = text.slice(1).toLowerCase();
  const asked = /^kb\s+(.*)$/.exec(typed)?.[1];
  return [
    ...commands.filter((name) => name.startsWith(typed)).map((name): Offer => ({ kind: "command", name })),
    ...namedBy(typed, presets).map((preset): Offer => ({ kind: "preset", preset })),
    ...("kb".startsWith(typed) ? shelves : namedBy(asked ?? null, shelves)).map((shelf): Offer => ({ kind: "shelf", shelf })),
  ];
}

/** Return the text that means this offer alone. */
export function textOf(offer: Offer): string {
  if (offer.kind === "shelf") return `/kb ${offer.shelf.name}`;
  return `/${offer.kind === "command" ? offer.name : offer.preset.name}`;
}

/** Return those whose name holds what was typed, those that begin so first. */
function namedBy<T extends { name: string }>(typed: string | null, all: readonly T[]): T[] {
  if (typed === null) return [];
  const begins = ({ name }: T): boolean => name.toLowerCase().startsWith(typed);
  const named = all.filter(({ name }) => name.toLowerCase().includes(typed));
  return [...named.filter(begins), ...named.filter((one) => !begins(one))];
}
