/** What a header button, a key and a slash command may all ask of the page as a whole. */

import { createContext, useContext } from "react";

import type { Command } from "../shared/slash";
import { download } from "./download";
import { useApp } from "./reader";

export interface Actions {
  newChat: () => void;
  search: () => void;
  shortcuts: () => void;
  chatSettings: () => void;
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
  const { newChat, search, shortcuts, chatSettings } = useActions();
  return {
    new: newChat,
    settings: chatSettings,
    search,
    models: () => app.openPanel("models"),
    export: () => {
      const { chat } = app.store.get();
      if (chat !== null) download(app.server.api.exportPath(chat.id));
    },
    help: shortcuts,
  };
}
