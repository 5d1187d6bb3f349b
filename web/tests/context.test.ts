import { expect, it } from "vitest";

import { aboutTokens, fillOf } from "../shared/context";
import { ROOMY } from "./samples";

it("judges a text by its letters, and Chinese by its characters", () => {
  expect(aboutTokens("")).toBe(0);
  expect(aboutTokens("four letters")).toBe(3);
  expect(aboutTokens("上下文很长")).toBe(5);
});

it("says nothing where nobody knows the room", () => {
  expect(fillOf(null, "hello")).toBeNull();
  expect(fillOf({ ...ROOMY, room: null, window: null }, "hello")).toBeNull();
});

it.each([
  [1499, "", false, false, false],
  [1500, "", true, false, false],
  [2700, "", true, true, false],
  [3000, "", true, true, false],
  [2990, "x".repeat(40), true, true, true],
])("with %i of 3,000 tokens and %j to say it is worth a word: %s", (used, text, isWorthSaying, isNearlyFull, willCut) => {
  expect(fillOf({ ...ROOMY, used }, text)).toMatchObject({ isWorthSaying, isNearlyFull, willCut });
});

it("says what was left out however much room there is since", () => {
  expect(fillOf({ ...ROOMY, left_out: 2 }, "")).toMatchObject({ isWorthSaying: true, leftOut: 2 });
});
