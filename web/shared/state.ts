/** All that the page knows, in one noun. */

import type { Chat, Folder, Message, Model, Status } from "./api";
import type { Live } from "./live";
import type { Problem } from "./problem";
import type { Route } from "./route";

export interface State {
  session: "unknown" | "signed-in" | "signed-out";
  /** Whether somebody answered when last asked. */
  isReachable: boolean;
  route: Route;
  status: Status | null;
  models: readonly Model[];
  /** Who is to answer; null: the usual one. */
  model: string | null;

  chats: readonly Chat[];
  /** Asks for the chats after those; null: these are all. */
  further: string | null;
  isListed: boolean;
  /** The folders that hold chats which are not archived. */
  folders: readonly Folder[];
  /** The chats of those folders that are looked into, by the folder's name. */
  filed: Readonly<Record<string, Filed>>;
  /** Why a chat or a folder could not be put in order. */
  orderProblem: Problem | null;

  /** The chat shown, and its branch; null while a new one has not begun or an old one has not come. */
  chat: Chat | null;
  /** Whether the chat that is open, or about to begin, is one of which nothing is stored. */
  isTemporary: boolean;
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

/** The chats of a folder as far as they are listed. */
export interface Filed {
  chats: readonly Chat[];
  further: string | null;
}

export function emptyState(route: Route): State {
  return {
    session: "unknown",
    isReachable: true,
    route,
    status: null,
    models: [],
    model: null,
    chats: [],
    further: null,
    isListed: false,
    folders: [],
    filed: {},
    orderProblem: null,
    chat: null,
    isTemporary: false,
    branch: [],
    live: null,
    asks: 0,
    sought: null,
    openProblem: null,
    askProblem: null,
  };
}
