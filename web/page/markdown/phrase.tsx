/** The parts of a text that stand in a line. Nothing is ever fetched: an image is its words and its address. */

import type { PhrasingContent } from "mdast";
import { type ReactNode, useContext } from "react";

import { safeAddress } from "../../shared/markdown/addresses";
import { CiteMark } from "./cite-mark";
import { Definitions } from "./definitions";
import { Formula } from "./formula";

const BREAK = /^<br\s*\/?>$/i;

export function Phrases({ nodes }: { nodes: readonly PhrasingContent[] }) {
  return nodes.map((node, index) => <Phrase key={index} node={node} />);
}

function Phrase({ node }: { node: PhrasingContent }) {
  switch (node.type) {
    case "text":
      return node.value;
    case "strong":
      return (
        <strong>
          <Phrases nodes={node.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Phrases nodes={node.children} />
        </em>
      );
    case "delete":
      return (
        <del>
          <Phrases nodes={node.children} />
        </del>
      );
    case "inlineCode":
      return <code>{node.value}</code>;
    case "inlineMath":
      return <Formula source={node.value} />;
    case "break":
      return <br />;
    case "html":
      return BREAK.test(node.value) ? <br /> : node.value;
    case "link":
      return (
        <Link address={node.url}>
          <Phrases nodes={node.children} />
        </Link>
      );
    case "image":
      return <Link address={node.url}>{node.alt ? `${node.alt} (${node.url})` : node.url}</Link>;
    case "linkReference":
      return (
        <NamedLink name={node.identifier}>
          <Phrases nodes={node.children} />
        </NamedLink>
      );
    case "imageReference":
      return <NamedLink name={node.identifier}>{node.alt || node.identifier}</NamedLink>;
    case "footnoteReference":
      return <sup>{node.identifier}</sup>;
    case "cite":
      return <CiteMark citations={node.citations} />;
    case "unsupported":
      return (
        <span className="unsupported">
          <Phrases nodes={node.children} />
        </span>
      );
  }
}

function Link({ address, children }: { address: string; children: ReactNode }) {
  const safe = safeAddress(address);
  if (safe === null) return <span title={address}>{children}</span>;
  return (
    <a href={safe} title={safe} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

function NamedLink({ name, children }: { name: string; children: ReactNode }) {
  const address = useContext(Definitions).get(name);
  return address === undefined ? <span>{children}</span> : <Link address={address}>{children}</Link>;
}
