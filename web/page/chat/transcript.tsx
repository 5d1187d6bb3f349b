/** All that was said on the branch shown. Of a long chat the newest part first, the rest on the way up. */

import { useEffect, useRef, useState } from "react";

import { IconButton } from "../parts/icon-button";
import { later } from "../later";
import { useSay, useStored } from "../reader";
import { Answer } from "./answer";
import { Question } from "./question";
import { SideBySide } from "./side-by-side";
import { useFollowedEnd } from "./use-followed-end";
import { useSought } from "./use-sought";

const Offered = later(() => import("../elsewhere/offered"));

const AT_ONCE = 40;

/** So few that drawing them on the way up is not felt. */
const MORE = 10;
const AHEAD = "800px";

export function Transcript() {
  const say = useSay();
  const branch = useStored((state) => state.branch);
  const live = useStored((state) => state.live);
  const compared = useStored((state) => state.compared);
  const asks = useStored((state) => state.asks);
  const [most, setMost] = useState(AT_ONCE);
  const { outer, inner, isAtEnd, goToEnd, leaveEnd } = useFollowedEnd(asks);
  useSought(inner, most, setMost, leaveEnd);
  const shown = branch.slice(-most);

  return (
    <div className="transcript-frame">
      <div className="transcript" ref={outer} role="region" aria-label={say("transcript")} tabIndex={0}>
        <div className="transcript-column" ref={inner}>
          {shown.length < branch.length && <Earlier key={shown.length} more={() => setMost(most + MORE)} />}
          {shown.map((message) =>
            message.role === "user" ? (
              <Question key={message.id} message={message} isBusy={live !== null} />
            ) : message.parent === compared?.question ? (
              <SideBySide key={message.id} answers={compared.answers} shown={message.id} />
            ) : (
              <Answer
                key={message.id}
                message={message}
                live={live?.answer === message.id ? live : null}
                isBusy={live !== null}
              />
            ),
          )}
          <Offered />
        </div>
      </div>
      {!isAtEnd && <IconButton icon="down" className="jump" label={say("transcript.end")} onClick={goToEnd} />}
    </div>
  );
}

/** Asks for earlier messages before their reader has scrolled all the way up. */
function Earlier({ more }: { more: () => void }) {
  const say = useSay();
  const button = useRef<HTMLButtonElement>(null);
  const ask = useRef(more);
  useEffect(() => {
    if (button.current === null) return;
    const watch = new IntersectionObserver(([entry]) => entry?.isIntersecting && ask.current(), {
      root: button.current.closest(".transcript"),
      rootMargin: AHEAD,
    });
    watch.observe(button.current);
    return () => watch.disconnect();
  }, []);
  return (
    <button ref={button} type="button" className="quiet-button transcript-earlier" onClick={more}>
      {say("transcript.earlier")}
    </button>
  );
}
