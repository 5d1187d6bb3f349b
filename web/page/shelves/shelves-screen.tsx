/** The shelves of documents: what there is, and each by itself. */

import { useEffect, useState } from "react";

import "../styles/shelves.css";
import { Dialog } from "../dialogs/dialog";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { NewShelf } from "./new-shelf";
import { ShelfRow } from "./shelf-row";
import { ShelfView } from "./shelf-view";
import { useShelves } from "./use-shelves";

export function ShelvesScreen({ close }: { close: () => void }) {
  const { shelves } = useApp();
  const say = useSay();
  const [opened, setOpened] = useState<string | null>(null);
  const all = useShelves((state) => state.shelves);
  const problem = useShelves((state) => state.problem);
  useEffect(() => {
    void shelves.open();
    return () => shelves.close();
  }, [shelves]);

  const shelf = all?.find(({ id }) => id === opened);
  return (
    <Dialog title={say("shelves")} className="dialog-models dialog-shelves" close={close}>
      <div className="dialog-body models-body">
        {problem !== null && !problem.isUnreachable && <ProblemBox problem={problem} />}
        {shelf !== undefined ? (
          <ShelfView key={shelf.id} shelf={shelf} leave={() => setOpened(null)} />
        ) : (
          <>
            <p className="shelf-about">{say("shelves.about")}</p>
            {all !== null && all.length > 0 && (
              <ul className="model-rows">
                {all.map((one) => (
                  <ShelfRow key={one.id} shelf={one} open={() => setOpened(one.id)} />
                ))}
              </ul>
            )}
            <NewShelf made={setOpened} />
          </>
        )}
      </div>
    </Dialog>
  );
}
