/**
 * The end of a text that is still being written, made whole, so that nothing is shown as one thing and a
 * moment later as another: half a table, a fence of two backticks, a bold word without its end. Pure.
 */

const FENCE = /^ {0,3}(?:`{3,}|~{3,})/;
const HALF_FENCE = /\n {0,3}(?:`{1,2}|~{1,2})$/;
const HALF_MARKER = /(^|\n) {0,3}(?:[+*>]|#{1,6}|-+|=+|\d{1,9}[.)]?)$/;
const HALF_LINK = /!?\[([^\]\n]*)(?:\]\([^)\n]*)?$/;
const DELIMITERS = /^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;
const HALF_FORMULA = /\\[([][^\n]*$/;
const PAIRS = ["**", "~~", "`"] as const;

/** Return the last block of a text as it may be shown now. */
export function wholeTail(block: string): string {
  const [first = ""] = block.split("\n", 1);
  if (FENCE.test(first)) return block.replace(HALF_FENCE, "\n");
  const text = withoutHalfTable(block)
    .replace(HALF_FENCE, "\n")
    .replace(HALF_MARKER, "$1")
    .replace(HALF_FORMULA, "")
    .replace(HALF_LINK, "$1");
  return PAIRS.reduce(closed, text);
}

/** Close the last pair of marks that was opened and not closed; take away one that holds nothing yet. */
function closed(text: string, mark: string): string {
  const start = text.lastIndexOf("\n\n") + 1;
  const count = text.slice(start).split(mark).length - 1;
  const half = mark.length === 2 && text.endsWith(mark[0] ?? "") && !text.endsWith(mark) ? text.slice(0, -1) : text;
  if (count % 2 === 0) return text;
  if (half !== text) return half + mark;
  const held = text.slice(text.lastIndexOf(mark) + mark.length);
  if (held.trim() === "") return text.slice(0, text.lastIndexOf(mark));
  return text.trimEnd() + mark;
}

/** Hold back lines that look like the head of a table until the line below shows whether they are. */
function withoutHalfTable(block: string): string {
  const lines = block.split("\n");
  const head = lines.findIndex((line) => /^ {0,3}\|/.test(line));
  if (head < 0) return block;
  const below = lines[head + 1];
  const isWhole = head + 2 < lines.length;
  const isTable = below !== undefined && DELIMITERS.test(below) && cells(below) >= cells(lines[head] ?? "");
  return isWhole || isTable ? block : lines.slice(0, head).join("\n");
}

function cells(line: string): number {
  return line.trim().replace(/^\||\|$/g, "").split("|").length;
}
