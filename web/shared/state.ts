/** All that the page knows, in one noun. */

import type { Chat, Chosen, Context, Defaults, Disk, Folder, Message, Model, Preset, Status, Upstream, Variant } from "./api";
import type { Deletion } from "./deletions";
import type { Doomed } from "./doomed";
import type { Live } from "./live";
import type { Problem } from "./problem";
import type { Rival } from "./rival";
import type { Route } from "./route";
import type { Applied, Edits } from "./setup";

/** Something that was asked for and has not happened, and why. */
export interface Failure {
  what: "deletion.failed" | "fork.failed" | "like.failed" | "rename.failed";
  problem: Problem;
}

export interface Leaving {
  chat: string;
  question: string;
  upstream: string;
}

export interface State {
  session: "unknown" | "signed-in" | "signed-out";
  /** Whether somebody answered when last asked. */
  isReachable: boolean;
  /** Whether this browser keeps drafts beyond this visit. */
  isKept: boolean;
  route: Route;
  status: Status | null;
  models: readonly Model[];
  /** Models with instructions, settings and shelves under a name. */
  variants: readonly Variant[];
  /** Models elsewhere that can be asked. */
  upstreams: readonly Upstream[];
  /** The question that one of them may be about to be asked, and which one. */
  leaving: Leaving | null;
  /** The model elsewhere that answers the chat without being asked for each time; "" where none does. */
  always: string;
  /** Where the questions of the chat go; null: as is usual in all chats. */
  chosen: Chosen | null;
  usual: Chosen;
  /** Where the next question alone goes. */
  only: Chosen | null;
  /** What the models take, and what is left for more. */
  disk: Disk | null;
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
  /** The answer that is being written, or the first of several. */
  live: Live | null;
  /** All that are, once the server has named them. */
  lives: readonly Live[];
  /** Who answers the next questions as well, beside the model; null: nobody. */
  rival: Rival | null;
  /** The question whose answers are shown side by side, and those. */
  compared: { question: string; answers: readonly Message[] } | null;
  /** How full the model's view of it is. */
  context: Context | null;
  /** How many questions were asked in this window. */
  asks: number;
  /** The message to be scrolled to, once it is there. */
  sought: string | null;
  /** Why the chat cannot be shown. */
  openProblem: Problem | null;
  /** Why the last question was not taken; its text is back in the composer. */
  askProblem: Problem | null;

  presets: readonly Preset[];
  /** What holds where a chat sets nothing; null until somebody wants to see it. */
  defaults: Defaults | null;
  /** What was changed for chats, by their ids, and is not with the server yet. */
  edits: Edits;
  applied: Applied | null;
  /** What is hidden because it is about to be deleted, by this window or another. */
  doomed: readonly Doomed[];
  /** Those of this window that can still be undone, the newest last. */
  undoable: readonly Deletion[];
  failed: Failure | null;
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
    isKept: true,
    route,
    status: null,
    models: [],
    variants: [],
    upstreams: [],
    leaving: null,
    always: "",
    chosen: null,
    usual: { route: "here", to: "" },
    only: null,
    disk: null,
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
    lives: [],
    rival: null,
    compared: null,
    context: null,
    asks: 0,
    sought: null,
    openProblem: null,
    askProblem: null,
    presets: [],
    defaults: null,
    edits: {},
    applied: null,
    doomed: [],
    undoable: [],
    failed: null,
  };
}

/** Whether the chat that the address names has not come yet: a question would begin another. */
export function isComing({ route, chat, openProblem }: State): boolean {
  return route.chat !== null && route.chat !== chat?.id && openProblem === null;
}
