/** How full the model's view of this chat is: quiet, and silent while there is nothing to say. */

import { type KeyboardEvent, useId, useState } from "react";

import { fillOf } from "../../shared/context";
import { useActions } from "../actions";
import { ContextFigures } from "../chat-settings/context-figures";
import { useSay, useStored } from "../reader";

/** `text` is what is about to be said. */
export function ContextMeter({ text }: { text: string }) {
  const say = useSay();
  const { newChat } = useActions();
  const id = useId();
  const context = useStored((state) => (state.route.chat === state.chat?.id ? state.context : null));
  const [isHeld, setHeld] = useState(false);
  const [isNear, setNear] = useState(false);
  const fill = fillOf(context, text);
  if (fill === null || !fill.isWorthSaying) return null;

  const percent = Math.round(fill.share * 100);
  const leave = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !(isHeld || isNear)) return;
    event.preventDefault();
    setHeld(false);
    setNear(false);
  };
  return (
    <div className="context-meter">
      {fill.isNearlyFull && (
        <p className="context-full" role="status">
          <span>{say(fill.willCut ? "context.cuts" : "context.nearly")}</span>
          <button type="button" className="quiet-button" onClick={newChat}>
            {say("chat.new")}
          </button>
        </p>
      )}
      <div
        className="context-place"
        onPointerEnter={(event) => event.pointerType === "mouse" && setNear(true)}
        onPointerLeave={() => setNear(false)}
      >
        <button
          type="button"
          className="context-button"
          data-full={fill.isNearlyFull || undefined}
          aria-label={say("context.share", { percent })}
          aria-describedby={id}
          aria-expanded={isHeld || isNear}
          onClick={() => setHeld(!isHeld)}
          onFocus={(event) => event.target.matches(":focus-visible") && setNear(true)}
          onBlur={() => {
            setHeld(false);
            setNear(false);
          }}
          onKeyDown={leave}
        >
          <svg className="context-ring" viewBox="0 0 20 20" aria-hidden="true">
            <circle cx="10" cy="10" r="7.5" />
            <circle cx="10" cy="10" r="7.5" pathLength="100" strokeDasharray={`${percent} 100`} />
          </svg>
          <span>{say("percent", { percent })}</span>
        </button>
        <div id={id} className="context-card" hidden={!(isHeld || isNear)}>
          <ContextFigures text={text} />
        </div>
      </div>
    </div>
  );
}
