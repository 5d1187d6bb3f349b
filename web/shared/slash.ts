/** What a message that begins with a slash may mean: a command of the page, or a preset. Pure. */

import type { Preset } from "./api";

/** One more command needs its name here, its action in page/actions.ts and its words in the strings. */
export const COMMANDS = ["new", "settings", "search", "models", "export", "help"] as const;

export type Command = (typeof COMMANDS)[number];
export type Offer = { kind: "command"; name: Command } | { kind: "preset"; preset: Preset };

/** Return what is offered for a text; nothing where it is a message like any other. */
export function offersFor(text: string, presets: readonly Preset[], commands: readonly Command[] = COMMANDS): Offer[] {
  if (!text.startsWith("/") || text.includes("\n")) return [];
  const typed = text.slice(1).toLowerCase();
  const named = presets.filter(({ name }) => name.toLowerCase().includes(typed));
  return [
    ...commands.filter((name) => name.startsWith(typed)).map((name): Offer => ({ kind: "command", name })),
    ...[...named.filter(begins(typed)), ...named.filter((preset) => !begins(typed)(preset))].map(
      (preset): Offer => ({ kind: "preset", preset }),
    ),
  ];
}

/** Return the text that means this offer alone. */
export function textOf(offer: Offer): string {
  return `/${offer.kind === "command" ? offer.name : offer.preset.name}`;
}

const begins =
  (typed: string) =>
  ({ name }: Preset): boolean =>
    name.toLowerCase().startsWith(typed);
