/** A text as its blocks; while it grows, only the last of them is drawn anew. */

import { memo, useMemo, useState } from "react";

import { type Block, blocksOf, GrowingText } from "../../shared/markdown/blocks";
import type { Citation, Claim } from "../../shared/grounds";
import { citedBlocks } from "../../shared/markdown/citing";
import { Citing } from "./cite-mark";
import { Definitions, definitionsOf } from "./definitions";
import { Flow } from "./flow";

interface Props {
  text: string;
  isLive: boolean;
  /** What of it is cited, once it is whole. */
  claims?: readonly Claim[] | undefined;
  citations?: readonly Citation[] | undefined;
}

export function Markdown({ text, isLive, claims = NONE, citations = NONE }: Props) {
  if (isLive) return <GrowingMarkdown text={text} />;
  return (
    <Citing value={citations}>
      <WholeMarkdown text={text} claims={claims} />
    </Citing>
  );
}

const NONE: readonly never[] = [];

const WholeMarkdown = memo(function WholeMarkdown({ text, claims }: { text: string; claims: readonly Claim[] }) {
  const blocks = useMemo(() => (claims.length === 0 ? blocksOf(text) : citedBlocks(text, claims)), [text, claims]);
  const definitions = useMemo(() => definitionsOf(blocks), [blocks]);
  return (
    <Definitions value={definitions}>
      <Blocks blocks={blocks} isLive={false} />
    </Definitions>
  );
});

function GrowingMarkdown({ text }: { text: string }) {
  const [growing] = useState(() => new GrowingText());
  return <Blocks blocks={growing.blocks(text)} isLive />;
}

function Blocks({ blocks, isLive }: { blocks: readonly Block[]; isLive: boolean }) {
  return (
    <div className="prose" data-testid="answer-text" dir="auto" data-live={isLive || undefined}>
      {blocks.map((block, index) => (
        // A block keeps its place for good: text only ever comes at the end.
        <OneBlock key={index} block={block} isOpen={isLive && index === blocks.length - 1} />
      ))}
    </div>
  );
}

const OneBlock = memo(
  function OneBlock({ block, isOpen }: { block: Block; isOpen: boolean }) {
    return <Flow node={block.node} isOpen={isOpen} />;
  },
  (before, after) =>
    before.block.source === after.block.source && before.isOpen === after.isOpen && before.block.marks === after.block.marks,
);
