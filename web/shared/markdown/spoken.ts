/** A text in Markdown as it is read out: its words, without the marks around them. Pure. */

import type { Nodes, PhrasingContent, RootContent } from "mdast";

import { blocksOf } from "./blocks";

/** Return what is said, paragraph by paragraph. */
export function spokenParts(markdown: string): string[] {
  return blocksOf(markdown).flatMap(({ node }) => partsOf(node)).map((part) => part.trim()).filter(Boolean);
}

/** Chinese where most of the words are, else English. One Chinese character counts as a word. */
export function languageSpoken(text: string): "zh" | "en" {
  const chinese = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const other = text.match(/\p{Script=Latin}+/gu)?.length ?? 0;
  return chinese > other ? "zh" : "en";
}

function partsOf(node: RootContent): string[] {
  switch (node.type) {
    case "blockquote":
    case "list":
    case "listItem":
    case "footnoteDefinition":
      return node.children.flatMap(partsOf);
    case "table":
      return node.children.map((row) => row.children.map((cell) => wordsOf(cell.children)).join(", "));
    case "heading":
    case "paragraph":
      return [wordsOf(node.children)];
    case "code":
    case "math":
    case "html":
      return node.value.split(/\n{2,}/);
    default:
      return [];
  }
}

function wordsOf(nodes: readonly PhrasingContent[]): string {
  return nodes.map(words).join("");
}

function words(node: Nodes): string {
  if (node.type === "break") return "\n";
  if (node.type === "image" || node.type === "imageReference") return node.alt ?? "";
  if ("value" in node) return node.value;
  return "children" in node ? node.children.map(words).join("") : "";
}
