import { expect, it } from "vitest";

import { piecesOf } from "../shared/pages";

const bytes = (text: string): number => new TextEncoder().encode(text).length;

it("cuts a text where its pages begin, by bytes", () => {
  const text = "Größe.\n\n帆。\n\nThree.";
  const passage = (start: number, page: number | null) => ({ start: 50 + start, end: 0, page, headings: [] });
  const passages = [passage(0, 1), passage(bytes("Größe.\n\n"), 2), passage(bytes("Größe.\n\n帆。"), 2), passage(bytes("Größe.\n\n帆。\n\n"), 3)];
  const stretch = { text, start: 50, passages };
  expect(piecesOf(stretch, text, 0)).toEqual([
    { page: 1, text: "Größe.\n\n" },
    { page: 2, text: "帆。\n\n" },
    { page: 3, text: "Three." },
  ]);
  expect(piecesOf(stretch, "帆。\n\nTh", 8)).toEqual([
    { page: 2, text: "帆。\n\n" },
    { page: 3, text: "Th" },
  ]);
});

it("leaves one without pages whole", () => {
  expect(piecesOf({ text: "ab", start: 0, passages: [] }, "b", 1)).toEqual([{ page: null, text: "b" }]);
});
