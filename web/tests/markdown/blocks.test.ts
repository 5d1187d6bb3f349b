import type { List } from "mdast";
import { expect, it } from "vitest";

import { type Block, blocksOf, GrowingText } from "../../shared/markdown/blocks";

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

/** Lists as models write them: loose ones, ordered ones, several paragraphs in an item, deep and odd indents. */
const LISTS = [
  "- one\n- two\n- three\n\ntext",
  "3. one\n4. two\n\n5. three **bold**\n\n   more of it\n6. four\n\n- another list\n- of two",
  "- a\n  - b\n    - c\n  - d\n- e\n\n  ```py\n  x = 1\n  - y\n  ```\n- f\nlazy line\n- g",
  "1000. far\n    1001. odd\n    1002. indents\n",
  "* a\n\n\n* b\n+ c\n+ d",
  "- [ ] open\n- [x] done\n- $x$\n- \\(y\\)",
];

/** What is drawn of a block: all of its node but where it stands. */
const drawn = (blocks: readonly Block[]) =>
  blocks.map(({ node }) => JSON.parse(JSON.stringify(node, (key, value) => (key === "position" ? undefined : value))));

const sources = (blocks: readonly { source: string }[]) => blocks.map(({ source }) => source);

it("comes to the same, letter by letter, as the whole at once", () => {
  const growing = new GrowingText();
  for (let end = 1; end <= TEXT.length; end++) growing.blocks(TEXT.slice(0, end));
  expect(sources(growing.blocks(TEXT))).toEqual(sources(blocksOf(TEXT)));
});

it.each([TEXT, ...LISTS])("comes to the same nodes, letter by letter, as the whole at once", (text) => {
  const growing = new GrowingText();
  for (let end = 1; end <= text.length; end++) growing.blocks(text.slice(0, end));
  // Something after it, since the end of a text that grows is shown as it will probably be.
  const whole = `${text}\n\n# End`;
  expect(drawn(growing.blocks(whole))).toEqual(drawn(blocksOf(whole)));
});

it("keeps the items of a list that stand, so that they are drawn once", () => {
  const growing = new GrowingText();
  const items = (text: string) => growing.blocks(text)[0]?.node as List;
  const before = items("- one\n- two\n- thr").children;
  const after = items("- one\n- two\n- three\n- four").children;
  expect(after.length).toBe(4);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBe(before[1]);
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
