import { expect, it } from "vitest";

import { ALL } from "../page/elsewhere/words";
import type { Hidden } from "../shared/api";
import { AS_IT_IS, hiding, inPieces, remembered, rewritten, rowsOf, toggled } from "../shared/leaving";

const SOURCES = Object.values(
  import.meta.glob<string>("../page/elsewhere/*.{ts,tsx}", { query: "?raw", import: "default", eager: true }),
).join("\n");

const thing = (original: string, placeholder: string, kind = "name"): Hidden => ({
  kind, placeholder, original, value: original.toLowerCase(), sure: true, count: 1,
});
const ANNA = thing("Anna Berger", "NAME_1QX");
const RENT = thing("Rent", "WORD_2QX", "own");

const states = (rows: ReturnType<typeof rowsOf>) => rows.map(({ item, isHidden }) => [item.original, isHidden]);

it("lets a thing be seen, and hides it again", () => {
  const [row] = rowsOf([ANNA], [ANNA], AS_IT_IS);
  const seen = toggled(AS_IT_IS, row!);
  expect(seen.never).toEqual(["anna berger"]);
  const rows = rowsOf([], [ANNA], seen); // the server tells only of what it hides
  expect(states(rows)).toEqual([["Anna Berger", false]]);
  expect(toggled(seen, rows[0]!)).toEqual(AS_IT_IS);
});

it("says nothing of what is not there any more", () => {
  expect(rowsOf([], [ANNA], { ...AS_IT_IS, text: "another question" })).toEqual([]);
});

it("tells what a preview hides, whatever was chosen before", () => {
  expect(states(rowsOf([ANNA], [ANNA], { ...AS_IT_IS, never: [ANNA.value] }))).toEqual([["Anna Berger", true]]);
});

it("takes back a word that was hidden besides, and keeps what must never leave", () => {
  const edits = hiding(AS_IT_IS, " rent ");
  expect(edits.own).toEqual(["rent"]);
  const [mine] = rowsOf([RENT], [], edits);
  expect(mine!.isFixed).toBe(false);
  expect(toggled(edits, mine!)).toEqual(AS_IT_IS);
  expect(rowsOf([RENT], [], AS_IT_IS)[0]!.isFixed).toBe(true);
});

it("hides no word twice, and none that is blank", () => {
  const edits = hiding(AS_IT_IS, "rent");
  expect(hiding(edits, "RENT")).toBe(edits);
  expect(hiding(edits, "  ")).toBe(edits);
});

it("remembers each thing once, as it was found last", () => {
  const again = { ...ANNA, count: 2 };
  expect(remembered([ANNA, RENT], [again])).toEqual([RENT, again]);
});

it("sends the question as it is where nothing else was written", () => {
  expect(rewritten(AS_IT_IS, "other", "question").text).toBe("other");
  expect(rewritten({ ...AS_IT_IS, text: "other" }, "question", "question")).toEqual(AS_IT_IS);
  expect(rewritten(AS_IT_IS, "  ", "question")).toEqual(AS_IT_IS);
});

it("finds every placeholder in a text, and no part of a longer one", () => {
  const pieces = inPieces("NAME_1QX and NAME_1QXA, (a+b)", ["NAME_1QX", "NAME_1QXA", "(a+b)"]);
  expect(pieces.filter(({ isPlaceholder }) => isPlaceholder).map(({ text }) => text)).toEqual(["NAME_1QX", "NAME_1QXA", "(a+b)"]);
  expect(pieces.map(({ text }) => text).join("")).toBe("NAME_1QX and NAME_1QXA, (a+b)");
  expect(inPieces("text", [])).toEqual([{ text: "text", isPlaceholder: false }]);
});

it("has the same words in every language, with the same places, and says all of them", () => {
  const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();
  expect(Object.keys(ALL.zh)).toEqual(Object.keys(ALL.en));
  for (const [key, words] of Object.entries(ALL.en)) {
    expect(words.trim(), key).not.toBe("");
    expect(places(ALL.zh[key as keyof typeof ALL.zh]), key).toEqual(places(words));
    expect(SOURCES.includes(`"${key}"`) || /^(role|where)\./.test(key), key).toBe(true);
  }
});
