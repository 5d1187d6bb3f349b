import type { Definition } from "mdast";
import { createContext } from "react";

import type { Block } from "../../shared/markdown/blocks";

type Addresses = ReadonlyMap<string, string>;

/** The addresses that a text gives names to, `[name]: address`. */
export const Definitions = createContext<Addresses>(new Map());

export function definitionsOf(blocks: readonly Block[]): Addresses {
  const found = blocks.map(({ node }) => node).filter((node): node is Definition => node.type === "definition");
  return new Map(found.map(({ identifier, url }) => [identifier, url]));
}
