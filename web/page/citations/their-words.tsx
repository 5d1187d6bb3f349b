/** What the documents say themselves, below an answer of which they say nothing. */

import type { Citation, Claim } from "../../shared/grounds";
import { useActions } from "../actions";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";
import { placeWords } from "./place-words";

export function TheirWords({ claims, places }: { claims: readonly Claim[]; places: readonly Citation[] }) {
  const { cite } = useActions();
  const say = useSay();
  if (places.length === 0 || claims.some(({ supported }) => supported)) return null;
  const title = say("cite.theirs");
  return (
    <section className="sources their-words" aria-label={title} data-testid="their-words" data-nearest>
      <h3>
        <Icon name="shelf" />
        {title}
      </h3>
      <ol>
        {places.map((place, at) => (
          <li key={place.n}>
            <button type="button" className="source" aria-haspopup="dialog" onClick={() => cite(places, at)}>
              <span className="source-number">[{place.n}]</span>
              <span className="source-words">{placeWords(place, say)}</span>
              <q className="source-text" dir="auto">
                {place.quote}
              </q>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
