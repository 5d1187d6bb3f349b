import { expect, it } from "vitest";

import type { RunEvent } from "../shared/events";
import { advanced, begun } from "../shared/live";
import { newest, spell } from "../shared/thought";

it.each([
  ["", ""],
  ["a boat", "a boat"],
  ["First.\n\n- **then** a `sail`\n", "then a sail"],
  [`${"word ".repeat(40)}end`, "end"],
  ["船".repeat(300), "船"],
])("shows the newest line of a thought: %#", (text, end) => {
  const shown = newest(text);
  expect(shown.endsWith(end)).toBe(true);
  expect(shown.length).toBeLessThan(100);
  expect(shown).not.toMatch(/[\n*`]/);
});

it.each([
  [0.2, { minutes: 0, seconds: 1 }],
  [11.6, { minutes: 0, seconds: 12 }],
  [59.7, { minutes: 1, seconds: 0 }],
  [125, { minutes: 2, seconds: 5 }],
])("says %d seconds as a person does", (seconds, said) => expect(spell(seconds)).toEqual(said));

it("takes thoughts before the answer, and both from a whole", () => {
  const told = [
    { id: 1, name: "reasoning", said: { text: "a ", seconds: 0.5 } },
    { id: 2, name: "reasoning", said: { text: "boat", seconds: 2 } },
  ] as RunEvent[];
  const thinking = told.reduce(advanced, begun("a1"));
  expect(thinking).toMatchObject({ reasoning: "a boat", thought: 2, text: "", phase: { kind: "thinking" } });
  const answering = advanced(thinking, { id: 3, name: "text", said: { text: "A ship." } });
  expect(answering).toMatchObject({ reasoning: "a boat", text: "A ship.", phase: { kind: "writing" } });
  const whole = { id: 1, name: "whole", said: { text: "t", reasoning: "r", thought: 1 } } as const;
  expect(advanced(begun("a1"), whole)).toMatchObject({ text: "t", reasoning: "r", thought: 1 });
});

it("keeps a thought that broke off", () => {
  const thought = advanced(begun("a1"), { id: 1, name: "reasoning", said: { text: "a", seconds: 1 } });
  const failed = { id: 2, name: "failed", said: { error: { code: "x", sentence: "It broke.", hint: null } } } as const;
  expect(advanced(thought, failed).outcome).toMatchObject({ state: "interrupted" });
});
