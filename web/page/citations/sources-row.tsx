/** The passages that were found for a question, shown from before the first word of its answer on. */

import { type Ground, placesOf } from "../../shared/grounds";
import { useActions } from "../actions";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";
import { placeWords } from "./place-words";

interface Props {
  grounds: readonly Ground[];
  /** Whether what was asked does not stand in them: they are only the nearest there are. */
  isNearest: boolean;
}

/** So many are looked at; each stands there with its text. */
const MOST_NEAREST = 4;

export function SourcesRow({ grounds, isNearest }: Props) {
  const { cite } = useActions();
  const say = useSay();
  if (grounds.length === 0) return null;
  const shown = isNearest ? grounds.slice(0, MOST_NEAREST) : grounds;
  const places = placesOf(shown);
  const title = say(isNearest ? "cite.nearest" : "cite.sources");
  return (
    <section className="sources" aria-label={title} data-testid="sources" data-nearest={isNearest || undefined}>
      <h3>
        <Icon name="shelf" />
        {title}
      </h3>
      <ol>
        {shown.map((ground, at) => (
          <li key={ground.n}>
            <button
              type="button"
              className="source"
              aria-haspopup="dialog"
              data-told={ground.told || undefined}
              title={ground.text}
              onClick={() => cite(places, at)}
            >
              <span className="source-number">[{ground.n}]</span>
              <span className="source-words">{placeWords(ground, say)}</span>
              {isNearest && <span className="source-text">{ground.text}</span>}
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
