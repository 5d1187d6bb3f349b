/** What a header button, a key and a slash command may all ask of the page as a whole. */

import { createContext, useContext } from "react";

import type { Citation } from "../shared/grounds";
import type { Command } from "../shared/slash";
import { useApp } from "./reader";

export interface Actions {
  newChat: () => void;
  exportChat: () => void;
  search: () => void;
  chatSettings: () => void;
  /** Shows a citation in its document, and from there the others. */
  cite: (places: readonly Citation[], at: number) => void;
}

export const ActionsContext = createContext<Actions | null>(null);

export function useActions(): Actions {
  const actions = useContext(ActionsContext);
  if (actions === null) throw new Error("There is no page around this component that could act.");
  return actions;
}

/** Return what each slash command does. */
export function useCommands(): Record<Command, () => void> {
  const app = useApp();
  const { newChat, exportChat, search, chatSettings } = useActions();
  return {
    new: newChat,
    temp: () => {
      newChat();
      if (!app.store.get().isTemporary) app.temporary.toggle();
    },
    settings: chatSettings,
    search,
    models: () => app.openPanel("models"),
    kb: () => app.openPanel("shelves"),
    export: exportChat,
    help: () => app.openPanel("help"),
  };
}
