/** Find anything that was said, in any chat. */

import { type KeyboardEvent, useEffect, useId, useMemo, useState } from "react";

import type { Hit } from "../../shared/api";
import { isDoomed } from "../../shared/doomed";
import { told } from "../../shared/problem";
import { localeOf } from "../../shared/strings";
import { titleOf } from "../chat-title";
import { useApp, useReader, useSay, useStored } from "../reader";
import { Dialog } from "./dialog";

const PAUSE = 80;

export function SearchDialog({ close, found }: { close: () => void; found: () => void }) {
  const app = useApp();
  const say = useSay();
  const list = useId();
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const hits = useHits(words, () => setAt(0));

  const open = (hit: Hit) => {
    close();
    found();
    app.go(hit.chat, hit.message);
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing || hits === null || hits.length === 0) return;
    const hit = hits[at];
    if (event.key === "Enter" && hit) open(hit);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    setAt((at + step + hits.length) % hits.length);
  };
  return (
    <Dialog title={say("search")} className="dialog-search" isBare close={close}>
      <input
        className="search-field"
        type="search"
        role="combobox"
        aria-label={say("search.label")}
        aria-expanded={hits !== null && hits.length > 0}
        aria-controls={list}
        aria-activedescendant={hits?.[at] && `${list}-${at}`}
        placeholder={say("search.label")}
        autoFocus
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onKeyDown={press}
      />
      <ul id={list} className="search-hits" role="listbox" aria-label={say("search.hits")}>
        {hits?.map((hit, index) => (
          <li
            key={hit.message}
            id={`${list}-${index}`}
            className="search-hit"
            role="option"
            aria-selected={index === at}
            onClick={() => open(hit)}
            onPointerMove={() => setAt(index)}
          >
            <HitWords hit={hit} />
          </li>
        ))}
      </ul>
      {hits?.length === 0 && <p className="search-none">{say("search.none")}</p>}
      {hits === null && <p className="search-none">{say("search.hint")}</p>}
    </Dialog>
  );
}

function HitWords({ hit }: { hit: Hit }) {
  const { say, language } = useReader();
  const day = new Intl.DateTimeFormat(localeOf(language), { day: "numeric", month: "short" }).format(hit.created * 1000);
  return (
    <>
      <span className="search-title">
        <span dir="auto">{titleOf(hit, say)}</span>
        <time>{day}</time>
      </span>
      <span className="search-excerpt" dir="auto">
        {marked(hit)}
      </span>
    </>
  );
}

/** Return the excerpt with its marked places; they are counted in characters, not in halves of one. */
function marked({ excerpt, marks }: Hit) {
  const letters = [...excerpt];
  const parts = [];
  let from = 0;
  for (const [start, end] of marks as [number, number][]) {
    parts.push(letters.slice(from, start).join(""), <mark key={start}>{letters.slice(start, end).join("")}</mark>);
    from = end;
  }
  return [...parts, letters.slice(from).join("")];
}

/** Return what is found, or null while nothing was looked for. */
function useHits(words: string, changed: () => void): readonly Hit[] | null {
  const { server } = useApp();
  const [hits, setHits] = useState<readonly Hit[] | null>(null);
  const doomed = useStored((state) => state.doomed);
  useEffect(() => {
    if (words.trim() === "") return setHits(null);
    const asking = new AbortController();
    const timer = setTimeout(async () => {
      try {
        const answer = await server.do((api) => api.search(words, asking.signal));
        setHits(answer.hits);
        changed();
      } catch (cause) {
        if (asking.signal.aborted) return;
        told(cause); // throws what is a mistake of ours
        setHits([]);
      }
    }, PAUSE);
    return () => {
      clearTimeout(timer);
      asking.abort();
    };
  }, [words, server]);
  return useMemo(() => hits?.filter(({ chat, message }) => !isDoomed(doomed, chat, message)) ?? null, [hits, doomed]);
}
