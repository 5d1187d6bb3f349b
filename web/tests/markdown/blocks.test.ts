import { expect, it } from "vitest";

import { blocksOf, GrowingText } from "../../shared/markdown/blocks";

const TEXT = `# Title

A **paragraph** with \`code\`, a [link](https://example.org) and $x^2$.

1. one
   - nested

     a paragraph of the item
2. two

| a | b |
| - | -: |
| 1 | 2 |

\`\`\`py
def f():

    return "|"
\`\`\`

> a quote
> of two lines

\\[
x = y
\\]

    indented

Last *words*`;

const sources = (blocks: readonly { source: string }[]) => blocks.map(({ source }) => source);

it("comes to the same, letter by letter, as the whole at once", () => {
  const growing = new GrowingText();
  for (let end = 1; end <= TEXT.length; end++) growing.blocks(TEXT.slice(0, end));
  expect(sources(growing.blocks(TEXT))).toEqual(sources(blocksOf(TEXT)));
});

it("never changes a block once another stands below it", () => {
  const growing = new GrowingText();
  let before: string[] = [];
  for (let end = 1; end <= TEXT.length; end++) {
    const now = sources(growing.blocks(TEXT.slice(0, end)));
    const settled = before.slice(0, -1);
    expect(now.slice(0, settled.length)).toEqual(settled);
    before = now;
  }
});

it("starts anew with another text", () => {
  const growing = new GrowingText();
  growing.blocks("one\n\ntwo\n\nthree");
  expect(sources(growing.blocks("other"))).toEqual(["other"]);
});

it("reads HTML as text of its own kind, never as more", () => {
  const [block] = blocksOf("<img src=x onerror=alert(1)>");
  expect(block?.node.type).toBe("html");
});
