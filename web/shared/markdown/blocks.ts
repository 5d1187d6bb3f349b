/** Markdown as blocks that stay the same while the text below them grows, so that none is drawn twice. */

import type { RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { mathFromMarkdown } from "mdast-util-math";
import { gfm } from "micromark-extension-gfm";
import { math } from "micromark-extension-math";

import { withFormulas } from "./maths";
import { wholeTail } from "./tail";

export interface Block {
  source: string;
  node: RootContent;
}

const SYNTAX = {
  extensions: [gfm(), math({ singleDollarTextMath: false })],
  mdastExtensions: [gfmFromMarkdown(), mathFromMarkdown()],
};

/** Return a whole text's blocks. */
export function blocksOf(text: string): Block[] {
  return parsed(withFormulas(text));
}

/**
 * A text that grows. Only its last block can still change, so all before it is parsed once. (A link whose
 * address is given at the text's end is the exception; it becomes a link when the whole is parsed.)
 */
export class GrowingText {
  #settled: Block[] = [];
  #text = "";
  #from = 0;

  /** Return the blocks of a text; one that continues the last one given costs what is new. */
  blocks(text: string): Block[] {
    const whole = withFormulas(text);
    if (!whole.startsWith(this.#text.slice(0, this.#from))) this.#forget();
    this.#text = whole;
    const open = parsed(whole.slice(this.#from));
    const last = open.pop();
    if (last === undefined) return this.#settled;
    if (open.length > 0) {
      this.#settled = [...this.#settled, ...open];
      this.#from += lineStart(whole.slice(this.#from), last.node.position?.start.offset ?? 0);
    }
    return [...this.#settled, ...parsed(wholeTail(whole.slice(this.#from)))];
  }

  #forget(): void {
    this.#settled = [];
    this.#from = 0;
  }
}

function parsed(text: string): Block[] {
  return fromMarkdown(text, SYNTAX).children.map((node) => {
    const { start, end } = node.position ?? { start: { offset: 0 }, end: { offset: text.length } };
    return { source: text.slice(start.offset, end.offset), node };
  });
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}
