import { expect, it } from "vitest";

import type { Claim } from "../../shared/grounds";
import { blocksOf } from "../../shared/markdown/blocks";
import { withClaims } from "../../shared/markdown/citing";

/** Write a tree as a line: [1] behind what is cited, {} around what is unsupported, each closed by [-]. */
function written(node: unknown): string {
  const { type, value, children = [], citations = [] } = node as {
    type: string; value?: string; children?: unknown[]; citations?: number[];
  };
  if (type === "cite") return citations.length === 0 ? "[-]" : citations.map((one) => `[${one}]`).join("");
  const inner = value ?? children.map(written).join("");
  return type === "unsupported" ? `{${inner}}` : type === "strong" ? `<${inner}>` : inner;
}

/** Claims as sentences of a text: [citations] or "-" for none. */
function laid(text: string, ...claims: [sentence: string, citations: number[]][]): string[] {
  const found: Claim[] = claims.map(([sentence, citations]) => {
    const start = text.indexOf(sentence);
    return { start, end: start + sentence.length, citations, supported: citations.length > 0 };
  });
  return withClaims(blocksOf(text), text, found).map(({ node }) => written(node));
}

it("sets marks behind sentences and what nothing supports apart", () => {
  const text = "It has a jib. It can fly. It sails.\n\nTwo masts.";
  expect(laid(text, ["It has a jib.", [0]], ["It can fly.", []], ["It sails.", [1, 2]], ["Two masts.", [3]])).toEqual([
    "It has a jib.[0] {It can fly.}[-] It sails.[1][2]",
    "Two masts.[3]",
  ]);
});

it("leaves a text without claims as it is", () => {
  const blocks = blocksOf("A *b*.");
  expect(withClaims(blocks, "A *b*.", [])).toEqual(blocks);
});

it.each([
  ["**All of it.** Then more.", "**All of it.**", "<All of it.>[0] Then more."],
  ["The **whole of it**.", "The **whole of it**.", "The <whole of it>.[0]"],
  ["Uses `code.`", "Uses `code.`", "Uses code.[0]"],
  ["One \\* two\\. Three.", "One \\* two\\.", "One * two.[0] Three."],
  ["A &amp; B. C.", "A &amp; B.", "A & B.[0] C."],
])("sets one behind what stands around its end: %s", (text, claim, expected) => {
  expect(laid(text, [claim, [0]])).toEqual([expected]);
});

it("reaches into lists, quotes and tables", () => {
  const text = "- First one.\n- Second\n  line.\n\n> Quoted.\n\n| a | b |\n|---|---|\n| In a cell. | x |";
  const found = laid(text, ["First one.", [0]], ["Second\n  line.", []], ["Quoted.", [1]], ["In a cell.", [2]]);
  expect(found).toEqual(["First one.[0]{Second\nline.}[-]", "Quoted.[1]", "abIn a cell.[2]x"]);
});
