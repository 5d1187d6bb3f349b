import { expect, it } from "vitest";

import { languageSpoken, spokenParts } from "../../shared/markdown/spoken";

it("reads words, not marks", () => {
  const text = "# A **bold** title\n\nSee [the page](https://example.com) and `code`.\n\n- one\n- two\n";
  expect(spokenParts(text)).toEqual(["A bold title", "See the page and code.", "one", "two"]);
});

it("reads code, formulas and tables by what is in them", () => {
  const text = "```python\nprint(1)\n```\n\n$$\nx^2\n$$\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n---\n";
  expect(spokenParts(text)).toEqual(["print(1)", "x^2", "a, b", "1, 2"]);
});

it("has nothing to say of nothing", () => {
  expect(spokenParts("\n\n---\n")).toEqual([]);
});

it.each([
  ["The sky is blue.", "en"],
  ["天空为什么是蓝色的？", "zh"],
  ["天空是蓝色的 (sky)", "zh"],
  ["The word 天空 means sky.", "en"],
  ["42", "en"],
])("tells the language of %s by its script", (text, language) => {
  expect(languageSpoken(text)).toBe(language);
});
