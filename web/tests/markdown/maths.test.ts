import { expect, it } from "vitest";

import { withFormulas } from "../../shared/markdown/maths";

const CASES: [string, string, string][] = [
  ["round brackets", "so \\(a+b\\) is", "so $$a+b$$ is"],
  ["one dollar", "so $x^2$, and", "so $$x^2$$, and"],
  ["prices", "between $5 and $10, or $5-$10", "between $5 and $10, or $5-$10"],
  ["square brackets on lines of their own", "a\n\\[\nx\n\\]\nb", "a\n$$\nx\n$$\nb"],
  ["a block in one line", "$$ x = 1 $$", "$$\nx = 1\n$$"],
  ["a block in a list", "- a\n  \\[ x \\]", "- a\n  $$\n  x\n  $$"],
  ["code", "`$x$` and ``\\(y\\)``", "`$x$` and ``\\(y\\)``"],
  ["a fence", "```\n$x$\n\\[ y \\]\n```\n$z$", "```\n$x$\n\\[ y \\]\n```\n$$z$$"],
  ["a block that is not closed yet", "\\[\nx", "$$\nx"],
  ["text without formulas", "no * _ change", "no * _ change"],
];

it.each(CASES)("brings %s into the parser's form", (_, written, wanted) => {
  expect(withFormulas(written)).toBe(wanted);
});
