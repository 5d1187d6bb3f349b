/** The files and folders that a shelf is made of, and whether it follows them. */

import { useEffect, useState } from "react";

import type { Shelf, ShelfSource } from "../../shared/api";
import { told } from "../../shared/problem";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader } from "../reader";
import { useWork } from "../use-work";

export function SourceList({ shelf }: { shelf: Shelf }) {
  const { app, say } = useReader();
  const work = useWork();
  const sources = useSources(shelf);
  /** What was asked for and is not so yet. */
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [leaving, setLeaving] = useState<ShelfSource | null>(null);
  const watch = async (on: boolean) => {
    setWanted(on);
    await work.run(() => app.shelves.watch(shelf.id, on));
    setWanted(null);
  };
  if (sources.length === 0) return null;
  return (
    <section className="shelf-part">
      <h4>{say("shelves.sources")}</h4>
      <ul>
        {sources.map((source) => (
          <li key={source.number} className="shelf-line">
            <span className="shelf-line-words">
              <span dir="auto">{source.path}</span>
              <small>
                {say("shelves.source.documents", { count: source.documents })}
                {!source.here && ` · ${say("shelves.source.away")}`}
              </small>
            </span>
            <IconButton icon="trash" label={say("shelves.takeOff.named", { name: source.path })} onClick={() => setLeaving(source)} />
          </li>
        ))}
      </ul>
      <label className="shelf-watch">
        <input
          type="checkbox"
          checked={wanted ?? shelf.watched}
          onChange={(event) => void watch(event.target.checked)}
        />
        {say("shelves.watch")}
      </label>
      {work.problem && <ProblemBox problem={work.problem} />}
      {leaving !== null && (
        <ConfirmDialog
          title={say("shelves.takeOff.title")}
          act={say("shelves.takeOff")}
          work={() => app.shelves.takeOff(shelf.id, leaving.number)}
          close={() => setLeaving(null)}
        >
          <p>
            <Icon name="folder" /> {leaving.path}
          </p>
          <p>{say("shelves.takeOff.words", { count: leaving.documents })}</p>
        </ConfirmDialog>
      )}
    </section>
  );
}

/** Fetches them whenever something about the shelf has changed. */
function useSources(shelf: Shelf): readonly ShelfSource[] {
  const { shelves } = useApp();
  const [sources, setSources] = useState<readonly ShelfSource[]>([]);
  const state = JSON.stringify([shelf.sources, shelf.documents, shelf.synced, shelf.work?.state]);
  useEffect(() => {
    let isHere = true;
    shelves.one(shelf.id).then(
      (one) => isHere && setSources(one.sources),
      (cause: unknown) => void told(cause), // the list of shelves says why
    );
    return () => {
      isHere = false;
    };
  }, [shelves, shelf.id, state]);
  return sources;
}
