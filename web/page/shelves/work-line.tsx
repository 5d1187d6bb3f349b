/** How far a shelf is being brought in step, how that ended, and what can be done about it. */

import type { Shelf } from "../../shared/api";
import { isUnderWay, isUnfinished, share } from "../../shared/shelves";
import type { Say } from "../../shared/strings";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { useWork } from "../use-work";

export function WorkLine({ shelf }: { shelf: Shelf }) {
  const say = useSay();
  const { work } = shelf;
  const isRunning = isUnderWay(shelf);
  const words = work === null ? "" : wordsOf(work, say);
  return (
    <>
      {work !== null && isRunning && (
        <progress
          className="shelf-progress"
          max={1}
          value={share(work) ?? undefined}
          aria-label={say("shelves.progress", { name: shelf.name })}
        />
      )}
      {words !== "" && (
        <p className="model-facts" data-testid="work-words" data-state={work?.state}>
          {work?.state === "done" && <Icon name="check" />}
          {words}
        </p>
      )}
      {work?.missing.map((path) => (
        <p key={path} className="model-facts shelf-warning">
          <Icon name="warning" />
          {say("shelves.missing", { path })}
        </p>
      ))}
      {work !== null && work.problem !== null && <ProblemBox problem={work.problem} />}
    </>
  );
}

/** Pauses what runs, and goes on with what does not. */
export function WorkButton({ shelf }: { shelf: Shelf }) {
  const { shelves } = useApp();
  const say = useSay();
  const work = useWork();
  if (isUnderWay(shelf)) {
    return (
      <button type="button" className="button" disabled={work.isBusy} onClick={() => void work.run(() => shelves.pause(shelf.id))}>
        {say("download.pause")}
      </button>
    );
  }
  if (shelf.sources === 0) return null;
  return (
    <button type="button" className="button" disabled={work.isBusy} onClick={() => void work.run(() => shelves.sync(shelf.id))}>
      {say(isUnfinished(shelf) ? "download.resume" : shelf.work?.state === "failed" ? "retry" : "shelves.sync")}
    </button>
  );
}

function wordsOf(work: NonNullable<Shelf["work"]>, say: Say): string {
  const { state, done, total, name } = work;
  if (state === "failed") return "";
  const { vectors, vectors_total } = work;
  if (state === "running" && vectors !== null && vectors_total) return say("shelves.vectors", { made: vectors, of: vectors_total });
  if (state === "paused") return say("shelves.paused", { done, total });
  if (state === "running") return total === 0 ? say("shelves.looking") : say("shelves.reading", { done, total, name });
  const counts = [
    work.added > 0 && say("shelves.done.added", { count: work.added }),
    work.changed > 0 && say("shelves.done.changed", { count: work.changed }),
    work.moved > 0 && say("shelves.done.moved", { count: work.moved }),
    work.removed > 0 && say("shelves.done.removed", { count: work.removed }),
    work.unread > 0 && say("shelves.done.unread", { count: work.unread }),
  ].filter((one) => one !== false);
  const kinds = Object.entries(work.passed).map(([ending, count]) => `${count} ${ending}`);
  const passed = kinds.length === 0 ? [] : [say("shelves.passed", { kinds: kinds.join(", ") })];
  return [say("shelves.done", { words: counts.join(", ") || say("shelves.done.nothing") }), ...passed].join(" ");
}
