import { expect, it } from "vitest";

import { type Claim, inText, located, placesOf } from "../shared/grounds";

const claim = (start: number, end: number): Claim => ({ start, end, citations: [0], supported: true });

it("counts as JavaScript does where a character has two halves", () => {
  const text = "🌙 Moon. 三🌙帆.";
  const found = inText(text, [claim(0, 7), claim(8, 12)]);
  expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(["🌙 Moon.", "三🌙帆."]);
});

it("finds a quote at its bytes, also where the same words stand before it", () => {
  const text = "Größe. 帆. Größe.";
  const start = new TextEncoder().encode("Größe. 帆. ").length;
  const place = { start: 100 + start, end: 100 + start + new TextEncoder().encode("Größe.").length, quote: "Größe." };
  expect(located({ text, start: 100 }, place)).toEqual({ before: "Größe. 帆. ", quote: "Größe.", after: "" });
});

it("finds it elsewhere in a document that has changed, and says where it is gone", () => {
  const place = { start: 0, end: 5, quote: "Sails" };
  expect(located({ text: "The Sails.", start: 0 }, place)).toEqual({ before: "The ", quote: "Sails", after: "." });
  expect(located({ text: "Nothing.", start: 0 }, place)).toBeNull();
  expect(located({ text: "Nothing.", start: 0 }, { ...place, quote: "" })).toBeNull();
});

it("makes places of passages", () => {
  const ground = {
    n: 1, shelf: "s", document: "d", digest: "x", page: null, headings: [], start: 0, end: 1, text: "A", as_of: null, score: 1, told: true,
  };
  const { text: _, told: __, ...place } = ground;
  expect(placesOf([ground])).toEqual([{ ...place, quote: "A" }]);
});
