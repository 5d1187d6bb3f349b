/** A shelf in the list: what stands on it, and how far the work on it is. */

import type { Shelf } from "../../shared/api";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { factsOf } from "./shelf-words";
import { WorkButton, WorkLine } from "./work-line";

export function ShelfRow({ shelf, open }: { shelf: Shelf; open: () => void }) {
  const { say, language } = useReader();
  return (
    <li className="model-row" data-testid={`shelf-${shelf.name}`}>
      <div className="model-words">
        <h3 dir="auto">{shelf.name}</h3>
        {shelf.problem !== null ? (
          <ProblemBox problem={shelf.problem} />
        ) : (
          factsOf(shelf, say, language).map((fact) => (
            <p key={fact} className="model-facts">
              {fact}
            </p>
          ))
        )}
        <WorkLine shelf={shelf} />
      </div>
      <div className="model-acts">
        {shelf.problem === null && <WorkButton shelf={shelf} />}
        <button type="button" className="button" aria-label={say("shelves.open.named", { name: shelf.name })} onClick={open}>
          {say("shelves.open")}
        </button>
      </div>
    </li>
  );
}
