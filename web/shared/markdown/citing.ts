/** Lays an answer's claims over its Markdown: marks behind what is cited, and what nothing supports set apart. Pure. */

import type { Node, Parent, PhrasingContent, RootContent, Text } from "mdast";

import { type Claim, inText } from "../grounds";
import { type Block, blocksOf } from "./blocks";
import { withFormulas } from "./maths";

/** Stands behind a claim. `citations` are places in the answer's list; none: nothing supports it. */
export interface CiteNode extends Node {
  type: "cite";
  citations: readonly number[];
}

/** What is said in a claim that nothing supports. */
export interface UnsupportedNode extends Parent {
  type: "unsupported";
  children: PhrasingContent[];
}

declare module "mdast" {
  interface PhrasingContentMap {
    cite: CiteNode;
    unsupported: UnsupportedNode;
  }
  interface RootContentMap {
    cite: CiteNode;
    unsupported: UnsupportedNode;
  }
}

/** What holds a line of text; all others hold such. */
const LINES: ReadonlySet<string> = new Set(["paragraph", "heading", "tableCell"]);
const WITHIN: ReadonlySet<string> = new Set(["strong", "emphasis", "delete", "link", "linkReference"]);

/** Return an answer's blocks with its claims, which stand in its text as the server counts. */
export function citedBlocks(text: string, claims: readonly Claim[]): Block[] {
  const source = withFormulas(text);
  const moved = (at: number): number => (source === text ? at : withFormulas(text.slice(0, at)).length);
  const there = inText(text, claims).map((claim) => ({ ...claim, start: moved(claim.start), end: moved(claim.end) }));
  return withClaims(blocksOf(text), source, there);
}

/** Return the blocks with the claims in them. `source` is what they were parsed from, where claims stand as well. */
export function withClaims(blocks: readonly Block[], source: string, claims: readonly Claim[]): Block[] {
  if (claims.length === 0) return [...blocks];
  const laying = new Laying(source, claims);
  const marks = JSON.stringify(claims);
  return blocks.map((block) => ({ ...block, marks, node: laying.block(block.node, block.start - startOf(block.node)) }));
}

class Laying {
  readonly #source: string;
  readonly #waiting: Claim[];
  readonly #unsupported: readonly Claim[];

  constructor(source: string, claims: readonly Claim[]) {
    this.#source = source;
    this.#waiting = [...claims].sort((one, other) => one.end - other.end);
    this.#unsupported = claims.filter(({ supported }) => !supported);
  }

  /** `shift` is what the node's own offsets are short of. */
  block<T extends RootContent>(node: T, shift: number): T {
    if (LINES.has(node.type)) {
      const line = node as T & Parent;
      const children = this.#phrases(line.children as PhrasingContent[], shift);
      // What is still open ends in this line's last marks.
      return { ...line, children: [...children, ...this.#marksUpTo(this.#closing(endOf(node) + shift))] };
    }
    if (!("children" in node)) return node;
    const parent = node as T & Parent;
    return { ...parent, children: parent.children.map((child) => this.block(child as RootContent, shift)) };
  }

  #phrases(nodes: readonly PhrasingContent[], shift: number): PhrasingContent[] {
    return nodes.flatMap((node) => {
      const [start, end] = [startOf(node) + shift, endOf(node) + shift];
      if (node.type === "text") return this.#cut(node, start, end);
      const inner = WITHIN.has(node.type)
        ? { ...node, children: this.#phrases((node as Parent).children as PhrasingContent[], shift) }
        : this.#set([node], start);
      return [inner as PhrasingContent, ...this.#marksUpTo(end)].flat();
    });
  }

  /** Cut a text where claims begin and end. */
  #cut(node: Text, start: number, end: number): PhrasingContent[] {
    const bounds = [...this.#unsupported.flatMap((one) => [one.start, one.end]), ...this.#waiting.map((one) => one.end)];
    const cuts = [...new Set([start, ...bounds.filter((at) => at > start && at < end), end])].sort((one, other) => one - other);
    const place = aligned(this.#source.slice(start, end), node.value);
    return cuts.slice(1).flatMap((to, index) => {
      const from = cuts[index] ?? start;
      const value = node.value.slice(place(from - start), to === end ? undefined : place(to - start));
      const piece = value === "" ? [] : this.#set([{ type: "text", value } satisfies Text], from);
      return [...piece, ...this.#marksUpTo(to)];
    });
  }

  /** Return what begins at a place as it is to be shown. */
  #set(nodes: PhrasingContent[], at: number): PhrasingContent[] {
    const isUnsupported = this.#unsupported.some(({ start, end }) => start <= at && at < end);
    const isBlank = nodes.every((node) => node.type === "text" && node.value.trim() === "");
    return isUnsupported && !isBlank ? [{ type: "unsupported", children: nodes }] : nodes;
  }

  /** Return the marks of the claims that end here or before, each once. */
  #marksUpTo(at: number): CiteNode[] {
    const marks: CiteNode[] = [];
    while (this.#waiting[0] !== undefined && this.#waiting[0].end <= at) {
      const { citations, supported } = this.#waiting.shift()!;
      if (citations.length > 0 || !supported) marks.push({ type: "cite", citations });
    }
    return marks;
  }

  /** Return where a line really ends: behind the marks and spaces that follow its last word. */
  #closing(end: number): number {
    const rest = /^[\s*_~`]*/.exec(this.#source.slice(end))?.[0] ?? "";
    return end + rest.length;
  }
}

/** Return what tells where a place in a source stands in the text that was made of it: escapes are gone there. */
function aligned(source: string, value: string): (at: number) => number {
  if (source === value) return (at) => at;
  const places = [0];
  let at = 0;
  for (const letter of source) {
    const isSame = value.startsWith(letter, at);
    if (isSame) at += letter.length;
    for (let unit = 0; unit < letter.length; unit++) places.push(at);
  }
  return (wanted) => places[wanted] ?? value.length;
}

const startOf = (node: Node): number => node.position?.start.offset ?? 0;
const endOf = (node: Node): number => node.position?.end.offset ?? 0;
