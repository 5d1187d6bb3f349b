/** The files and folders that a shelf is made of, and whether it follows them. */

import { useEffect, useState } from "react";

import type { OneShelf, Shelf, ShelfSource } from "../../shared/api";
import { told } from "../../shared/problem";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader } from "../reader";
import { useWork } from "../use-work";
import { Encyclopaedias } from "./encyclopaedias";
import { counted } from "./shelf-words";

export function SourceList({ shelf }: { shelf: Shelf }) {
  const { app, say } = useReader();
  const work = useWork();
  const { sources, encyclopaedias } = useSources(shelf);
  /** What was asked for and is not so yet. */
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [leaving, setLeaving] = useState<ShelfSource | null>(null);
  const watch = async (on: boolean) => {
    setWanted(on);
    await work.run(() => app.shelves.watch(shelf.id, on));
    setWanted(null);
  };
  if (sources.length + encyclopaedias.length + shelf.mounting.length === 0) return null;
  return (
    <section className="shelf-part">
      <h4>{say("shelves.sources")}</h4>
      <ul>
        {sources.map((source) => (
          <li key={source.number} className="shelf-line">
            <span className="shelf-line-words">
              <span dir="auto">{source.path}</span>
              <small>
                {counted(source.documents, say)}
                {!source.here && ` · ${say("shelves.source.away")}`}
              </small>
            </span>
            <IconButton icon="trash" label={say("shelves.takeOff.named", { name: source.path })} onClick={() => setLeaving(source)} />
          </li>
        ))}
      </ul>
      <Encyclopaedias shelf={shelf} there={encyclopaedias} />
      {sources.length > 0 && (
        <label className="switch-line">
          <input
            type="checkbox"
            checked={wanted ?? shelf.watched}
            onChange={(event) => void watch(event.target.checked)}
          />
          {say("shelves.watch")}
        </label>
      )}
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

type Made = Pick<OneShelf, "sources" | "encyclopaedias">;

/** Fetches them whenever something about the shelf has changed. */
function useSources(shelf: Shelf): Made {
  const { shelves } = useApp();
  const [made, setMade] = useState<Made>({ sources: [], encyclopaedias: [] });
  const { documents, synced, encyclopaedias, mounting, work } = shelf;
  const state = JSON.stringify([shelf.sources, documents, synced, work?.state, encyclopaedias, mounting.length]);
  useEffect(() => {
    let isHere = true;
    shelves.one(shelf.id).then(
      (one) => isHere && setMade(one),
      (cause: unknown) => void told(cause), // the list of shelves says why
    );
    return () => {
      isHere = false;
    };
  }, [shelves, shelf.id, state]);
  return made;
}
