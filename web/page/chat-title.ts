import type { Say } from "../shared/strings";

/** As the server calls a chat whose question gave it no title; see chat/titles.py. */
const UNTITLED = "Untitled";

const VISIBLE = /[^\p{C}\p{Z}]/u;

/** Return what a chat is called: something that can be seen and clicked in any case. */
export function titleOf({ title }: { title: string }, say: Say): string {
  return title === UNTITLED || !VISIBLE.test(title) ? say("chat.untitled") : title;
}
