/** All that the page knows, in one noun. */

import type { Chat, Message, Model, Status } from "./api";
import type { Live } from "./live";
import type { Problem } from "./problem";
import type { Route } from "./route";

export interface State {
  session: "unknown" | "signed-in" | "signed-out";
  /** Whether somebody answered when last asked. */
  isReachable: boolean;
  /** Whether this browser keeps drafts beyond this visit. */
  isKept: boolean;
  route: Route;
  status: Status | null;
  models: readonly Model[];
  /** Who is to answer; null: the usual one. */
  model: string | null;

  chats: readonly Chat[];
  /** Asks for the chats after those; null: these are all. */
  further: string | null;
  isListed: boolean;

  /** The chat shown, and its branch; null while a new one has not begun or an old one has not come. */
  chat: Chat | null;
  branch: readonly Message[];
  live: Live | null;
  /** How many questions were asked in this window. */
  asks: number;
  /** The message to be scrolled to, once it is there. */
  sought: string | null;
  /** Why the chat cannot be shown. */
  openProblem: Problem | null;
  /** Why the last question was not taken; its text is back in the composer. */
  askProblem: Problem | null;
}

export function emptyState(route: Route): State {
  return {
    session: "unknown",
    isReachable: true,
    isKept: true,
    route,
    status: null,
    models: [],
    model: null,
    chats: [],
    further: null,
    isListed: false,
    chat: null,
    branch: [],
    live: null,
    asks: 0,
    sought: null,
    openProblem: null,
    askProblem: null,
  };
}
