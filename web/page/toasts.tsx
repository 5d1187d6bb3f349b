/** What is about to be deleted and can still be kept, and what has not worked. */

import { type KeyboardEvent, type PointerEvent, useEffect, useRef } from "react";

import { type Deletion, doomedBy } from "../shared/deletions";
import { titleOf } from "./chat-title";
import { ProblemBox } from "./parts/problem-box";
import { Toast } from "./parts/toast";
import { useApp, useSay, useStored } from "./reader";

export function Toasts() {
  const { deletions, store } = useApp();
  const say = useSay();
  const undoable = useStored((state) => state.undoable);
  const failed = useStored((state) => state.failed);
  const { box, ...held } = useHeldClock(undoable.length);
  const words = (deletion: Deletion) =>
    deletion.kind === "chat"
      ? say("deletion.chat", { title: titleOf(deletion, say) })
      : say(deletion.many === 1 ? "deletion.message" : "deletion.messages", { many: deletion.many });
  const press = (event: KeyboardEvent) => {
    const newest = undoable.at(-1);
    if (event.key !== "Escape" || newest === undefined) return;
    event.stopPropagation();
    deletions.confirm(newest);
  };
  if (undoable.length === 0 && failed === null) return null;

  return (
    <section
      ref={box}
      className="toasts"
      aria-label={say("toasts")}
      {...held}
      onKeyDown={press}
    >
      {undoable.map((deletion) => {
        const { chat, message } = doomedBy(deletion);
        return (
          <Toast
            key={message ?? chat}
            words={words(deletion)}
            undo={() => deletions.undo(deletion)}
            closing={say("deletion.now")}
            close={() => deletions.confirm(deletion)}
          />
        );
      })}
      {failed !== null && (
        <Toast words={say(failed.what)} closing={say("close")} close={() => store.set({ failed: null })}>
          <div className="toast-problem">
            <p>{say(failed.what)}</p>
            <ProblemBox problem={failed.problem} />
          </div>
        </Toast>
      )}
    </section>
  );
}

/** Stop the clock while a mouse or the keyboard is at the notices. A finger that has touched them is gone. */
function useHeldClock(count: number) {
  const { deletions } = useApp();
  const box = useRef<HTMLElement>(null);
  const isMouseHere = useRef(false);
  const isHeld = useRef(false);
  const settle = () => {
    const isHere = isMouseHere.current || box.current?.querySelector(":focus-visible") != null;
    if (isHere) deletions.hold();
    else if (isHeld.current) deletions.release();
    isHeld.current = isHere;
  };
  const point = (isHere: boolean) => (event: PointerEvent) => {
    isMouseHere.current = isHere && event.pointerType === "mouse";
    settle();
  };
  useEffect(settle, [count]);
  useEffect(
    () => () => {
      if (isHeld.current) deletions.release();
    },
    [deletions],
  );
  return { box, onPointerEnter: point(true), onPointerLeave: point(false), onFocus: settle, onBlur: settle };
}
