/** Code in colours, once what knows languages has come; until then, and where it knows none, plain. */

import type { ElementContent } from "hast";
import { useEffect, useMemo, useState } from "react";

import { settledLength } from "../../shared/markdown/settled";

type Highlight = typeof import("./highlighter").highlight;

/** Characters above which colours cost more than they help. */
const LONGEST = 50_000;

let highlight: Highlight | null = null;

interface Props {
  code: string;
  language: string;
  /** Whether more may come: then the colours follow some lines behind. */
  isOpen: boolean;
}

export function Highlighted({ code, language, isOpen }: Props) {
  const isWanted = language !== "" && code.length <= LONGEST;
  const know = useHighlight(isWanted);
  const settled = isOpen ? code.slice(0, settledLength(code)) : code;
  const coloured = useMemo(() => {
    const nodes = isWanted ? (know?.(settled, language) ?? null) : null;
    return nodes === null ? settled : <Nodes nodes={nodes} />;
  }, [know, settled, language, isWanted]);
  return (
    <>
      {coloured}
      {code.slice(settled.length)}
    </>
  );
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
