/** What stands behind a sentence: the numbers of the passages that say the same, or that none does. */

import { createContext, useContext } from "react";

import type { Citation } from "../../shared/grounds";
import { useActions } from "../actions";
import { placeWords } from "../citations/place-words";
import { useSay } from "../reader";

/** The citations of the answer that is drawn. */
export const Citing = createContext<readonly Citation[]>([]);

export function CiteMark({ citations: wanted }: { citations: readonly number[] }) {
  const citations = useContext(Citing);
  const { cite } = useActions();
  const say = useSay();
  if (wanted.length === 0) return <span className="off-screen"> ({say("cite.none")})</span>;
  const found = wanted.map((at) => ({ at, citation: citations[at] }));
  // Several sentences of one passage have its one number.
  const first = found.filter(({ citation }, index) => found.findIndex((other) => other.citation?.n === citation?.n) === index);
  return (
    <sup className="cite">
      {first.map(
        ({ at, citation }) =>
          citation !== undefined && (
            <button
              key={at}
              type="button"
              aria-haspopup="dialog"
              aria-label={say("cite.open", { n: citation.n, place: placeWords(citation, say) })}
              title={placeWords(citation, say)}
              onClick={() => cite(citations, at)}
            >
              [{citation.n}]
            </button>
          ),
      )}
    </sup>
  );
}
