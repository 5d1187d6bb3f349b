/** Chats under the days they were last used. Pure. */

import type { Chat } from "./api";

type Age = "today" | "yesterday" | "week" | "month" | "earlier";

export interface Group {
  age: Age;
  /** The first moment of the month, where `age` is earlier; else 0. */
  month: number;
  chats: Chat[];
}

/** Group chats, which come newest first, by the local days before `now`. */
export function byDay(chats: readonly Chat[], now: Date): Group[] {
  const groups: Group[] = [];
  for (const chat of chats) {
    const changed = new Date(chat.changed * 1000);
    const age = ageOf(changed, now);
    const month = age === "earlier" ? new Date(changed.getFullYear(), changed.getMonth()).getTime() : 0;
    const last = groups.at(-1);
    if (last?.age === age && last.month === month) last.chats.push(chat);
    else groups.push({ age, month, chats: [chat] });
  }
  return groups;
}

function ageOf(changed: Date, now: Date): Age {
  if (changed >= daysBefore(now, 0)) return "today";
  if (changed >= daysBefore(now, 1)) return "yesterday";
  if (changed >= daysBefore(now, 7)) return "week";
  return changed >= daysBefore(now, 30) ? "month" : "earlier";
}

function daysBefore(now: Date, days: number): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - days);
}
