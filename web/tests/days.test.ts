import { expect, it } from "vitest";

import type { Chat } from "../shared/api";
import { byDay } from "../shared/days";
import { NO_SETTINGS } from "./samples";

const NOW = new Date(2026, 2, 30, 9, 30);
const chat = (...date: [number, number, number, number]): Chat => ({
  id: date.join("-"), title: "", system: "", model: "", leaf: null, created: 0, writing: null,
  pinned: false, settings: NO_SETTINGS, archived: false, folder: "", temporary: false, knowledge: [], quote: false,
  changed: new Date(...date).getTime() / 1000,
});

it("groups by the reader's days, and what is older by month", () => {
  const chats = [
    chat(2026, 2, 30, 0), chat(2026, 2, 29, 23), chat(2026, 2, 28, 12), chat(2026, 2, 23, 0),
    chat(2026, 2, 22, 23), chat(2026, 1, 28, 0), chat(2026, 1, 27, 0), chat(2026, 0, 31, 1), chat(2026, 0, 2, 1),
  ];
  const groups = byDay(chats, NOW).map(({ age, month, chats: some }) => [age, month && new Date(month).getMonth(), some.length]);
  expect(groups).toEqual([
    ["today", 0, 1], ["yesterday", 0, 1], ["week", 0, 2], ["month", 0, 2], ["earlier", 1, 1], ["earlier", 0, 2],
  ]);
});
