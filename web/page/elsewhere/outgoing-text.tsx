import { useMemo } from "react";

import type { Preview } from "../../shared/api";
import { inPieces } from "../../shared/leaving";
import { type LeavingKey, useTell } from "./words";

/** The exact text, message by message, its placeholders marked. */
export function OutgoingText({ preview }: { preview: Preview }) {
  const tell = useTell();
  const { messages, hidden, left_out: leftOut, bytes, tokens } = preview;
  const originals = useMemo(() => new Map(hidden.map((item) => [item.placeholder, item.original])), [hidden]);
  const count = hidden.length;
  const many = count === 0 ? tell("hidden.none") : count === 1 ? tell("hidden.one") : tell("hidden.count", { count });
  return (
    <section className="settings-section">
      <h3>{tell("leaves")}</h3>
      <div className="outgoing" role="region" aria-label={tell("leaves")} tabIndex={0} data-testid="outgoing">
        {messages.map(({ role, text }, at) => (
          <div key={at}>
            <strong>{tell(`role.${role}` as LeavingKey)}</strong>
            <p dir="auto">
              {inPieces(text, [...originals.keys()]).map((piece, place) =>
                piece.isPlaceholder ? (
                  <mark key={place} title={originals.get(piece.text)}>
                    {piece.text}
                  </mark>
                ) : (
                  piece.text
                ),
              )}
            </p>
          </div>
        ))}
      </div>
      {leftOut > 0 && <p>{tell("left.out", { count: leftOut })}</p>}
      <p className="hint" role="status">
        {many} {tell("size", { bytes, tokens })}
      </p>
    </section>
  );
}
