/** The models to choose from, what suits this machine first. */

import { useDeferredValue, useMemo, useState } from "react";

import type { Card } from "../../shared/api";
import { type Filter, FILTERS, proposed, suiting } from "../../shared/model-facts";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useReader, useSay } from "../reader";
import { CardRow } from "./card-row";
import { GetByName } from "./get-by-name";
import { useLibrary } from "./use-library";

export function CatalogueList({ get }: { get: (ref: string) => void }) {
  const { app, say, language } = useReader();
  const cards = useLibrary((state) => state.cards);
  const problem = useLibrary((state) => state.problem);
  const [words, setWords] = useState("");
  const [filters, setFilters] = useState<ReadonlySet<Filter>>(new Set());
  const sought = useDeferredValue(words);
  const best = useMemo(() => proposed(cards ?? [], language), [cards, language]);
  const found = useMemo(() => firstOf(suiting(cards ?? [], sought, filters), best), [cards, sought, filters, best]);

  const toggle = (filter: Filter) =>
    setFilters((before) => new Set(before.has(filter) ? [...before].filter((one) => one !== filter) : [...before, filter]));
  return (
    <section aria-label={say("models.get")}>
      <div className="model-search">
        <label className="model-search-field">
          <Icon name="search" />
          <span className="off-screen">{say("models.search")}</span>
          <input
            type="search"
            className="field"
            placeholder={say("models.search")}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </label>
        <div className="model-filters" role="group" aria-label={say("models.filters")}>
          {FILTERS.map((filter) => (
            <button key={filter} type="button" className="filter" aria-pressed={filters.has(filter)} onClick={() => toggle(filter)}>
              {filters.has(filter) && <Icon name="check" />}
              {say(`models.filter.${filter}`)}
            </button>
          ))}
        </div>
      </div>
      <Measuring />
      {problem !== null && (
        <ProblemBox problem={problem}>
          <button type="button" className="button" onClick={() => void app.library.open()}>
            {say("models.try")}
          </button>
        </ProblemBox>
      )}
      {cards === null && problem === null && <p className="hint">{say("loading")}</p>}
      {cards !== null && found.length === 0 && <p className="model-none">{say("models.none")}</p>}
      <ul className="model-rows">
        {found.map((card) => (
          <CardRow key={card.name} card={card} isProposed={card === best} get={get} />
        ))}
      </ul>
      <GetByName get={get} />
    </section>
  );
}

function firstOf(cards: readonly Card[], first: Card | undefined): readonly Card[] {
  return first !== undefined && cards.includes(first) ? [first, ...cards.filter((card) => card !== first)] : cards;
}

/** Says that the figures are still to come, and why. */
function Measuring() {
  const say = useSay();
  const measuring = useLibrary((state) => state.measuring);
  return (
    <div role="status">
      {measuring !== "no" && (
        <p className="model-measuring">
          <Icon name="info" />
          {say(`models.measuring.${measuring}`)}
        </p>
      )}
    </div>
  );
}
