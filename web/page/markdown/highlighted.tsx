/** Code in colours, once what knows languages has come; until then, and where it knows none, plain. */

import type { ElementContent } from "hast";
import { useEffect, useMemo, useState } from "react";

type Highlight = typeof import("./highlighter").highlight;

/** Characters above which colours cost more than they help. */
const LONGEST = 50_000;

let highlight: Highlight | null = null;

export function Highlighted({ code, language }: { code: string; language: string }) {
  const isWanted = language !== "" && code.length <= LONGEST;
  const know = useHighlight(isWanted);
  const nodes = useMemo(() => (isWanted ? (know?.(code, language) ?? null) : null), [know, code, language, isWanted]);
  return nodes === null ? code : <Nodes nodes={nodes} />;
}

function Nodes({ nodes }: { nodes: readonly ElementContent[] }) {
  return nodes.map((node, index) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return null;
    const names = node.properties.className;
    return (
      <span key={index} className={Array.isArray(names) ? names.join(" ") : undefined}>
        <Nodes nodes={node.children} />
      </span>
    );
  });
}

function useHighlight(isWanted: boolean): Highlight | null {
  const [, setCame] = useState(false);
  useEffect(() => {
    if (!isWanted || highlight !== null) return;
    let isHere = true;
    import("./highlighter").then(
      (module) => {
        highlight = module.highlight;
        if (isHere) setCame(true);
      },
      () => undefined, // Without it code is plain; the banner tells that the server is away.
    );
    return () => {
      isHere = false;
    };
  }, [isWanted]);
  return highlight;
}
