/** The text of a document around a quote, page by page, scrolled to where it stands. */

import { useLayoutEffect, useRef } from "react";

import type { Stretch } from "../../shared/api";
import { type Citation, located } from "../../shared/grounds";
import { piecesOf } from "../../shared/pages";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useSay } from "../reader";
import { useStretch } from "./use-stretch";

export function CitedText({ place }: { place: Citation }) {
  const say = useSay();
  const { stretch, problem, more } = useStretch(place);
  const mark = useRef<HTMLElement>(null);
  const isScrolled = useRef(false);
  useLayoutEffect(() => {
    if (stretch === null || isScrolled.current || mark.current === null) return;
    isScrolled.current = true;
    const region = mark.current.closest(".citation-text");
    // Only this: scrollIntoView would scroll the panel's head away as well.
    if (region !== null) region.scrollTop += topOf(mark.current) - topOf(region) - region.clientHeight / 3;
  }, [stretch]);

  const isGone = problem?.code === "not_found";
  if (problem !== null && !isGone) return <ProblemBox problem={problem} />;
  const found = stretch === null ? null : located(stretch, place);
  const isOther = stretch !== null && stretch.document.digest !== place.digest;
  const isLost = isGone || (stretch !== null && found === null);
  return (
    <div className="citation-text" role="region" aria-label={place.document} tabIndex={0} data-testid="citation-text">
      {problem === null && stretch === null && <p className="hint">{say("wait.loading.text")}</p>}
      {(isLost || isOther) && (
        <p className="citation-note" role="status">
          <Icon name="warning" />
          <span>{say(isGone ? "cite.gone" : isLost ? "cite.lost" : "cite.changed")}</span>
        </p>
      )}
      {isLost && (
        <blockquote dir="auto">
          <mark>{place.quote}</mark>
        </blockquote>
      )}
      {stretch !== null && found !== null && (
        <>
          {stretch.start > 0 && <MoreButton label={say("cite.before")} act={() => more("before")} />}
          <div className="citation-words" dir="auto">
            <Pieces stretch={stretch} part={found.before} from={0} />
            <mark ref={mark}>
              <span className="off-screen">{say("cite.quote.begins")} </span>
              <Pieces stretch={stretch} part={found.quote} from={found.before.length} />
              <span className="off-screen"> {say("cite.quote.ends")}</span>
            </mark>
            <Pieces stretch={stretch} part={found.after} from={found.before.length + found.quote.length} />
          </div>
          {stretch.end < stretch.document.length && <MoreButton label={say("cite.after")} act={() => more("after")} />}
        </>
      )}
    </div>
  );
}

const topOf = (element: Element): number => element.getBoundingClientRect().top;

function Pieces({ stretch, part, from }: { stretch: Stretch; part: string; from: number }) {
  const say = useSay();
  return piecesOf(stretch, part, from).map(({ page, text }, at) => (
    <span key={at}>
      {page !== null && <span className="citation-page">{say("cite.page", { page })}</span>}
      {text}
    </span>
  ));
}

function MoreButton({ label, act }: { label: string; act: () => void }) {
  return (
    <button type="button" className="quiet-button" onClick={act}>
      {label}
    </button>
  );
}
