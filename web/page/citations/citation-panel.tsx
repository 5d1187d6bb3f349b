/** A citation in its document: the quoted words are marked, and what stands around them can be read on. */

import { useEffect, useState } from "react";

import "../styles/citation-panel.css";
import type { Citation } from "../../shared/grounds";
import { Dialog } from "../dialogs/dialog";
import { IconButton } from "../parts/icon-button";
import { useReader } from "../reader";
import { CitedText } from "./cited-text";

interface Props {
  places: readonly Citation[];
  at: number;
  close: () => void;
}

/** So many letters of a digest tell documents apart. */
const SHORT = 12;

export default function CitationPanel({ places, at, close }: Props) {
  const { say } = useReader();
  const [now, setNow] = useState(at);
  const place = places[now];
  const count = places.length;
  const step = (by: number) => setNow((before) => Math.min(Math.max(before + by, 0), count - 1));
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (by !== undefined) setNow((before) => Math.min(Math.max(before + by, 0), count - 1));
    };
    window.addEventListener("keydown", pressed);
    return () => window.removeEventListener("keydown", pressed);
  }, [count]);
  if (place === undefined) return null;
  return (
    <Dialog title={say("cite.title", { n: place.n })} className="citation-panel" close={close}>
      <div className="citation-head">
        <h3 dir="auto">{place.document}</h3>
        <Facts place={place} />
      </div>
      <CitedText key={now} place={place} />
      <footer className="citation-foot">
        <IconButton icon="previous" label={say("cite.previous")} disabled={now === 0} onClick={() => step(-1)} />
        <span aria-live="polite">{say("cite.of", { at: now + 1, count })}</span>
        <IconButton icon="next" label={say("cite.next")} disabled={now === count - 1} onClick={() => step(1)} />
      </footer>
    </Dialog>
  );
}

function Facts({ place }: { place: Citation }) {
  const { say } = useReader();
  const facts = [
    [say("cite.shelf"), place.shelf],
    [say("cite.pageName"), place.page === null ? "" : String(place.page)],
    [say("cite.heading"), place.headings.join(" › ")],
    [say("cite.asOf"), place.as_of ?? ""],
    ["SHA-256", place.digest.slice(0, SHORT)],
  ].filter(([, value]) => value !== "");
  return (
    <dl className="citation-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
