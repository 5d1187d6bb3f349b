import { expect, it } from "vitest";

import { wholeTail } from "../../shared/markdown/tail";

const CASES: [string, string, string][] = [
  ["half a bold word", "so **bol", "so **bol**"],
  ["a bold word's half end", "so **bold*", "so **bold**"],
  ["marks with nothing in them", "so **", "so "],
  ["half a code span", "run `sotto se", "run `sotto se`"],
  ["half a link", "see [the page](http://exa", "see the page"],
  ["half a link's words", "see [the pa", "see the pa"],
  ["the head of a table", "| a | b |", ""],
  ["a table's head with half a line below", "| a | b |\n| - ", ""],
  ["a table", "| a | b |\n| - | - |", "| a | b |\n| - | - |"],
  ["lines that turned out to be none", "| a\nb\nc", "| a\nb\nc"],
  ["a fence's first marks", "text\n``", "text\n"],
  ["a fence's last marks", "```py\nx = 1\n``", "```py\nx = 1\n"],
  ["a list's first mark", "text\n-", "text\n"],
  ["half a formula", "so \\(a + ", "so "],
  ["a whole text", "so **bold** and `code`.", "so **bold** and `code`."],
];

it.each(CASES)("shows %s as it will be", (_, written, wanted) => {
  expect(wholeTail(written)).toBe(wanted);
});
