import { expect, it } from "vitest";

import { asked, settled } from "../shared/branch";
import { advanced, begun, noticesOf } from "../shared/live";

const STALE = { code: "stale", text: "The newest document is from 2024." };
const CUT = { code: "history_cut", text: "The oldest messages do not fit." };

const told = [STALE, CUT].reduce((live, said, at) => advanced(live, { id: at + 1, name: "notice", said }), begun("a"));

it("says what was told while it comes, and once what is kept as well", () => {
  const message = { stale: null };
  expect(noticesOf(told, message)).toEqual([STALE, CUT]);
  expect(noticesOf(told, { stale: STALE.text })).toEqual([STALE, CUT]);
  expect(noticesOf(null, { stale: STALE.text })).toEqual([STALE]);
  expect(noticesOf(null, message)).toEqual([]);
});

it("keeps with the answer that its shelf ends before what was asked, also where it is gone on with", () => {
  const branch = asked([], { question: "q", answer: "a", text: "in 2031?", model: "m", now: 5, parent: null });
  const kept = settled(branch, told);
  expect(kept.map(({ stale }) => stale)).toEqual([null, STALE.text]);
  expect(settled(kept, begun("a"))).toEqual(kept);
});
