/** Markdown as blocks that stay the same while the text below them grows, so that none is drawn twice. */

import type { List, RootContent } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { mathFromMarkdown } from "mdast-util-math";
import { gfm } from "micromark-extension-gfm";
import { math } from "micromark-extension-math";

import { withFormulas } from "./maths";
import { wholeTail } from "./tail";

export interface Block {
  source: string;
  /** Where in the text it begins. */
  start: number;
  node: RootContent;
  /** What was laid over it; see citing.ts. */
  marks?: string;
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
 * A text that grows. Only its last block can still change, and of a list only the last item, so all before it
 * is parsed once. (A link whose address is given at the text's end is the exception; it becomes a link when
 * the whole is parsed.)
 */
export class GrowingText {
  #settled: Block[] = [];
  #text = "";
  /** Where the open block begins, and where what must be parsed anew does. */
  #from = 0;
  #open = 0;
  /** The list that is open, as far as its items are settled. */
  #list: List | null = null;

  /** Return the blocks of a text; one that continues the last one given costs what is new. */
  blocks(text: string): Block[] {
    const whole = withFormulas(text);
    if (!whole.startsWith(this.#text.slice(0, this.#open))) this.#forget();
    this.#text = whole;
    let found = this.#parse();
    if (found.length > 1) {
      this.#settle(found);
      found = this.#parse();
    }
    const [only, ...more] = found;
    if (only !== undefined && more.length === 0) this.#settleItems(only.node);
    return [...this.#settled, ...found];
  }

  #parse(): Block[] {
    const open = this.#text.slice(this.#open);
    const found = parsed(wholeTail(open), this.#open);
    const [first, ...others] = found;
    if (this.#list === null || first === undefined) return found;
    if (first.node.type !== "list") {
      // An item may be indented so far that alone it would be code.
      this.#list = null;
      this.#open = this.#from;
      return this.#parse();
    }
    const source = this.#text.slice(this.#from, this.#open) + first.source;
    return [{ start: this.#from, source, node: joined(this.#list, first.node) }, ...others];
  }

  #settle(found: readonly Block[]): void {
    this.#settled = [...this.#settled, ...found.slice(0, -1)];
    this.#open = this.#from = lineStart(this.#text, found.at(-1)?.start ?? 0);
    this.#list = null;
  }

  #settleItems(node: RootContent): void {
    if (node.type !== "list") return;
    const settled = node.children.slice(0, -1);
    if (settled.length <= (this.#list?.children.length ?? 0)) return;
    this.#list = { ...node, children: settled };
    this.#open = lineStart(this.#text, this.#open + (node.children.at(-1)?.position?.start.offset ?? 0));
  }

  #forget(): void {
    this.#settled = [];
    this.#open = this.#from = 0;
    this.#list = null;
  }
}

function joined(list: List, more: List): List {
  return { ...list, children: [...list.children, ...more.children], spread: list.spread === true || more.spread === true };
}

/** `from`: where in the whole the text begins. */
function parsed(text: string, from = 0): Block[] {
  return fromMarkdown(text, SYNTAX).children.map((node) => {
    const { start, end } = node.position ?? { start: { offset: 0 }, end: { offset: text.length } };
    return { source: text.slice(start.offset, end.offset), start: from + (start.offset ?? 0), node };
  });
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}
