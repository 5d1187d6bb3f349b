/** The encyclopaedias of a shelf: those that stand on it, and those that are being checked before they do. */

import { useState } from "react";

import type { OneShelf, Shelf } from "../../shared/api";
import { inWords } from "../bytes";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader } from "../reader";
import { useWork } from "../use-work";

type Encyclopaedia = OneShelf["encyclopaedias"][number];
type Mounting = Shelf["mounting"][number];

export function Encyclopaedias({ shelf, there }: { shelf: Shelf; there: readonly Encyclopaedia[] }) {
  const { shelves } = useApp();
  const { say } = useReader();
  const [leaving, setLeaving] = useState<Encyclopaedia | null>(null);
  return (
    <>
      <ul>
        {there.map((one) => (
          <li key={one.path} className="shelf-line">
            <span className="shelf-line-words">
              <span dir="auto">{one.title}</span>
              <small>{[say("shelves.articles", { count: one.articles }), one.as_of, one.path].filter(Boolean).join(" · ")}</small>
              {!one.indexed && <small>{say("shelves.titlesOnly")}</small>}
            </span>
            <IconButton icon="trash" label={say("shelves.takeOff.named", { name: one.title })} onClick={() => setLeaving(one)} />
          </li>
        ))}
        {shelf.mounting.map((one) => (
          <MountingRow key={one.path} shelf={shelf} mounting={one} />
        ))}
      </ul>
      {leaving !== null && (
        <ConfirmDialog
          title={say("shelves.takeOff.title")}
          act={say("shelves.takeOff")}
          work={() => shelves.unmount(shelf.id, leaving.path)}
          close={() => setLeaving(null)}
        >
          <p>
            <Icon name="file" /> {leaving.path}
          </p>
          <p>{say("shelves.takeOff.encyclopaedia")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

/** How far the check is, or why it was not passed. */
function MountingRow({ shelf, mounting }: { shelf: Shelf; mounting: Mounting }) {
  const { app, say, language } = useReader();
  const work = useWork();
  const { path, read, total, problem } = mounting;
  const end = () => void work.run(() => app.shelves.unmount(shelf.id, path));
  if (problem !== null) {
    return (
      <li className="shelf-refused">
        <div>
          <strong dir="auto">{path}</strong>
          <ProblemBox problem={problem} />
        </div>
        <IconButton icon="close" label={say("download.dismiss", { name: path })} onClick={end} />
      </li>
    );
  }
  const amounts = { read: inWords(read, language), total: inWords(total, language) };
  return (
    <li className="shelf-line">
      <span className="shelf-line-words">
        <span dir="auto">{path}</span>
        <progress className="shelf-progress" max={1} value={total === 0 ? undefined : read / total} aria-label={say("shelves.mounting.progress", { path })} />
        <small>{total === 0 ? say("shelves.checking") : say("shelves.mounting", amounts)}</small>
        {work.problem && <ProblemBox problem={work.problem} />}
      </span>
      <IconButton icon="stop" label={say("shelves.mounting.stop", { path })} onClick={end} />
    </li>
  );
}
