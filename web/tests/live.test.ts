import { expect, it } from "vitest";

import { asked, settled } from "../shared/branch";
import { advanced, begun, noticesOf, toolsOf, wordsOf } from "../shared/live";

const STALE = { code: "stale", text: "The newest document is from 2024." };
const CUT = { code: "history_cut", text: "The oldest messages do not fit." };

const told = [STALE, CUT].reduce((live, said, at) => advanced(live, { id: at + 1, name: "notice", said }), begun("a"));

it("says what was told while it comes, and once what is kept as well", () => {
  const message = { notices: [] };
  expect(noticesOf(told, message)).toEqual([STALE, CUT]);
  expect(noticesOf(told, { notices: [STALE] })).toEqual([STALE, CUT]);
  expect(noticesOf(null, { notices: [STALE] })).toEqual([STALE]);
  expect(noticesOf(null, message)).toEqual([]);
});

it("keeps with the answer that its shelf ends before what was asked, also where it is gone on with", () => {
  const branch = asked([], { question: "q", answer: "a", text: "in 2031?", model: "m", now: 5, parent: null });
  const kept = settled(branch, told);
  expect(kept.map(({ notices }) => notices)).toEqual([[], [STALE, CUT]]);
  expect(settled(kept, begun("a"))).toEqual(kept);
});

it("shows the longer of what the disk and a stream have, until the stream says what is all of it", () => {
  const message = { text: "A long and wrong answer.", reasoning: "" };
  const writing = advanced(begun("a"), { id: 1, name: "text", said: { text: "A long" } });
  expect(wordsOf(writing, message).text).toBe("A long and wrong answer.");
  const whole = { text: "Not that.", reasoning: "", thought: null };
  expect(wordsOf(advanced(writing, { id: 2, name: "whole", said: whole }), message).text).toBe("Not that.");
  expect(wordsOf(null, message)).toEqual(message);
});

it("says which exact tools an answer comes from, while it comes and later", () => {
  const used = { name: "calculate", arguments: { expression: "17 × 6" }, result: "102" };
  const live = advanced(begun("a"), { id: 1, name: "computed", said: used });
  expect(toolsOf(live, { tools: [] })).toEqual([used]);
  expect(toolsOf(begun("a"), { tools: [used] })).toEqual([used]);
  const branch = asked([], { question: "q", answer: "a", text: "17 x 6", model: "m", now: 5, parent: null });
  expect(settled(branch, live).map(({ tools }) => tools)).toEqual([[], [used]]);
});
