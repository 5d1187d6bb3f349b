/**
 * Formulas as models write them, brought into the two forms that the parser takes: `$$x$$` within a line and
 * `$$` on lines of their own. `\(x\)`, `\[x\]`, `$x$` and `$$x$$` alone in a line become these. Code is left
 * alone, and so are prices. Pure.
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const BLOCK_START = /^(\s*(?:>\s?)*)(\\\[|\$\$)(.*)$/;
const CODE_SPAN = /(`+)(?!`)[^]*?(?<!`)\1(?!`)/g;
const ROUND = /\\\((.+?)\\\)/g;
const SQUARE = /\\\[(.+?)\\\]/g;
/** As pandoc has it: no space inside the dollars, and no digit behind them, or "$5 and $6" were a formula. */
const DOLLAR = /(?<![\\$])\$(?![\s$])((?:\\.|[^$\\\n])*?[^\s\\$])\$(?![\d$])/g;

/** Return the text with its formulas in the parser's forms. */
export function withFormulas(text: string): string {
  if (!/\$|\\[([]/.test(text)) return text;
  const lines = text.split("\n");
  const written: string[] = [];
  for (let at = 0; at < lines.length; ) at = takeLine(lines, at, written);
  return written.join("\n");
}

/** Write one line, or the block that begins with it; return the next line's number. */
function takeLine(lines: readonly string[], at: number, written: string[]): number {
  const line = lines[at] ?? "";
  const fence = FENCE.exec(line)?.[1];
  if (fence !== undefined) return takeFence(lines, at, fence, written);
  const block = BLOCK_START.exec(line);
  if (block !== null) {
    const after = takeBlock(lines, at, block, written);
    if (after > at) return after;
  }
  written.push(outsideCode(line));
  return at + 1;
}

function takeFence(lines: readonly string[], at: number, fence: string, written: string[]): number {
  const end = new RegExp(`^ {0,3}\\${fence[0]}{${fence.length},}\\s*$`);
  written.push(lines[at] ?? "");
  for (let next = at + 1; next < lines.length; next++) {
    written.push(lines[next] ?? "");
    if (end.test(lines[next] ?? "")) return next + 1;
  }
  return lines.length;
}

/** Write a formula on lines of its own. Return `at` where it is none, as where more text follows its end. */
function takeBlock(lines: readonly string[], at: number, block: RegExpExecArray, written: string[]): number {
  const [, indent = "", open = "", first = ""] = block;
  const close = open === "$$" ? "$$" : "\\]";
  const formula: string[] = [];
  for (let next = at; next < lines.length; next++) {
    const line = next === at ? first : (lines[next] ?? "").slice(indent.length);
    const end = line.indexOf(close);
    if (end >= 0 && line.slice(end + close.length).trim() !== "") return at;
    formula.push(end >= 0 ? line.slice(0, end) : line);
    if (end >= 0) {
      written.push(...framed(formula, indent));
      return next + 1;
    }
    if (line.trim() === "" && next > at) return at;
  }
  written.push(...framed(formula, indent).slice(0, -1));
  return lines.length;
}

function framed(formula: readonly string[], indent: string): string[] {
  const body = formula.filter((line) => line.trim() !== "").map((line) => indent + line.trim());
  return [`${indent}$$`, ...body, `${indent}$$`];
}

function outsideCode(line: string): string {
  let written = "";
  let from = 0;
  for (const span of line.matchAll(CODE_SPAN)) {
    written += formulasIn(line.slice(from, span.index)) + span[0];
    from = span.index + span[0].length;
  }
  return written + formulasIn(line.slice(from));
}

function formulasIn(text: string): string {
  const inline = (_: string, formula: string) => `$$${formula}$$`;
  return text.replace(ROUND, inline).replace(SQUARE, inline).replace(DOLLAR, inline);
}
