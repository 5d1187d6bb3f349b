import { expect, it } from "vitest";

import { changed, given, isSame, numberIn, slideOf } from "../shared/chat-settings";
import { NO_SETTINGS } from "./samples";

const SHARE = { low: 0, high: 1, whole: false };
const COUNT = { low: 1, high: 1000, whole: true };

it("keeps of the server's settings only what is set, a zero too", () => {
  expect(given({ ...NO_SETTINGS, temperature: 0 })).toEqual({ temperature: 0 });
  expect(given({ ...NO_SETTINGS, tools: false })).toEqual({ tools: false });
  expect(given(undefined)).toEqual({});
});

it("changes one and sets it back", () => {
  expect(changed({ top_k: 3 }, "seed", 7)).toEqual({ top_k: 3, seed: 7 });
  expect(changed({ top_k: 3, seed: 7 }, "seed", null)).toEqual({ top_k: 3 });
  expect(isSame(changed({ seed: 7 }, "seed", null), {})).toBe(true);
  expect(isSame({ seed: 7 }, { seed: 8 })).toBe(false);
  expect(isSame({ tools: false }, {})).toBe(false);
});

it.each([
  ["0.5", SHARE, 0.5],
  [" 0,5 ", SHARE, 0.5],
  [".5", SHARE, 0.5],
  ["1.", SHARE, 1],
  ["", SHARE, null],
  ["1.5", SHARE, undefined],
  ["-0.1", SHARE, undefined],
  ["1e0", SHARE, undefined],
  ["half", SHARE, undefined],
  ["12", COUNT, 12],
  ["12.5", COUNT, undefined],
  ["0", COUNT, undefined],
] as const)("reads %j as people type it", (text, range, value) => {
  expect(numberIn(text, range)).toBe(value);
});

it("has no slider where nobody knows how far it would go", () => {
  expect(slideOf("seed", COUNT, 4096)).toBeNull();
  expect(slideOf("context", COUNT, null)).toBeNull();
  expect(slideOf("context", { low: 256, high: 1e6, whole: true }, 4096)).toMatchObject({ low: 256, high: 4096 });
});
