/** The parts of a text that stand below each other. What we do not know is drawn as its own text. */

import type { List, ListItem, RootContent, Table } from "mdast";

import { memo } from "react";

import { CodeBlock } from "./code-block";
import { Formula } from "./formula";
import { Phrases } from "./phrase";
import { TableBlock } from "./table-block";

/** `isOpen`: more may come at its end. */
export function Flow({ node, isOpen = false }: { node: RootContent; isOpen?: boolean }) {
  switch (node.type) {
    case "paragraph":
      return (
        <p>
          <Phrases nodes={node.children} />
        </p>
      );
    case "heading":
      return (
        // One level for all: an answer may begin with any, and those who hear the page must not lose the thread.
        <h3 data-depth={node.depth}>
          <Phrases nodes={node.children} />
        </h3>
      );
    case "code":
      return <CodeBlock code={node.value} language={node.lang ?? ""} isOpen={isOpen} />;
    case "math":
      return <Formula source={node.value} isBlock isOpen={isOpen} />;
    case "list":
      return <ListBlock list={node} />;
    case "blockquote":
      return (
        <blockquote>
          <Flows nodes={node.children} />
        </blockquote>
      );
    case "table":
      return <TableBlock table={node as Table} />;
    case "thematicBreak":
      return <hr />;
    case "html":
      return <p className="prose-raw">{node.value}</p>;
    case "footnoteDefinition":
      return (
        <div className="prose-footnote">
          <sup>{node.identifier}</sup>
          <Flows nodes={node.children} />
        </div>
      );
    default:
      return null;
  }
}

function Flows({ nodes }: { nodes: readonly RootContent[] }) {
  return nodes.map((node, index) => <Flow key={index} node={node} />);
}

function ListBlock({ list }: { list: List }) {
  const items = list.children.map((item, index) => <Item key={index} item={item} isLoose={list.spread === true} />);
  return list.ordered ? <ol start={list.start ?? 1}>{items}</ol> : <ul>{items}</ul>;
}

const Item = memo(function Item({ item, isLoose }: { item: ListItem; isLoose: boolean }) {
  return (
    <li data-task={item.checked == null ? undefined : item.checked ? "done" : "open"}>
      {item.children.map((child, index) =>
        child.type === "paragraph" && !isLoose ? (
          <Phrases key={index} nodes={child.children} />
        ) : (
          <Flow key={index} node={child} />
        ),
      )}
    </li>
  );
});
