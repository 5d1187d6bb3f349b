/** One shelf: what it is made of, what stands on it, and all that can be done with it. */

import { useState } from "react";

import type { Shelf, Verdict } from "../../shared/api";
import { tongueOf } from "../../shared/strings";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { useWork } from "../use-work";
import { AddDocuments } from "./add-documents";
import { DocumentList } from "./document-list";
import { factsOf } from "./shelf-words";
import { SourceList } from "./source-list";
import { WorkButton, WorkLine } from "./work-line";

export function ShelfView({ shelf, leave }: { shelf: Shelf; leave: () => void }) {
  const { app, say, language } = useReader();
  const work = useWork();
  const [isRemoving, setRemoving] = useState(false);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const { shelves } = app;
  const check = () => work.run(async () => setVerdict(await shelves.check(shelf.id)));
  return (
    <section className="shelf" aria-labelledby="shelf-open">
      <header className="shelf-head">
        <button type="button" className="quiet-button" onClick={leave}>
          <Icon name="previous" />
          {say("shelves.all")}
        </button>
        <h3 id="shelf-open" dir="auto">
          {shelf.name}
        </h3>
        <WorkButton shelf={shelf} />
      </header>
      {shelf.problem !== null ? (
        <ProblemBox problem={shelf.problem} />
      ) : (
        <>
          <div>
            {factsOf(shelf, say, language).map((fact) => (
              <p key={fact} className="model-facts">
                {fact}
              </p>
            ))}
            <WorkLine shelf={shelf} />
          </div>
          <AddDocuments shelf={shelf} />
          <SourceList shelf={shelf} />
          <DocumentList shelf={shelf} />
        </>
      )}
      {work.problem && <ProblemBox problem={work.problem} />}
      {verdict !== null && <VerdictWords verdict={verdict} />}
      <footer className="shelf-foot">
        {shelf.problem === null && (
          <button type="button" className="button" disabled={work.isBusy} onClick={() => void check()}>
            {say(work.isBusy ? "shelves.checking" : "shelves.check")}
          </button>
        )}
        <button type="button" className="button" onClick={() => setRemoving(true)}>
          <Icon name="trash" />
          {say("shelves.remove")}
        </button>
      </footer>
      {isRemoving && (
        <ConfirmDialog
          title={say("shelves.remove.title", { name: shelf.name })}
          act={say("shelves.remove")}
          work={async () => {
            await shelves.remove(shelf.id);
            leave();
          }}
          close={() => setRemoving(false)}
        >
          <p>{say("shelves.remove.words", { documents: shelf.documents })}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

function VerdictWords({ verdict }: { verdict: Verdict }) {
  const { say } = useReader();
  const since = [...verdict.missing, ...verdict.changed, ...verdict.new, ...verdict.gone];
  return (
    <div className="model-verdict" role="status" data-state={verdict.sound ? "sound" : "wrong"}>
      <Icon name={verdict.sound ? "check" : "warning"} />
      {say(verdict.sound ? "shelves.sound" : "shelves.damaged")} {say(verdict.in_step ? "shelves.inStep" : "shelves.outOfStep", { count: since.length })}
      {!verdict.sound && <p lang={tongueOf(verdict.damage.join())}>{verdict.damage.join(" ")}</p>}
    </div>
  );
}
