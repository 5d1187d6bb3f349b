/** What left this machine: when, where to, how much, why. */

import { useCallback, useEffect, useState } from "react";

import type { Departure, Ledger } from "../../shared/api";
import { type Problem, told } from "../../shared/problem";
import { isKey, type Language, localeOf } from "../../shared/strings";
import { inWords } from "../bytes";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useReader, useSay } from "../reader";
import { Dialog } from "./dialog";

const USUAL_PORT = 443;
const LEAST_IN_WORDS = 1000;
/** So many letters of a digest tell what was sent apart. */
const SHORT = 12;
/** Outcomes of a connection; any other is a sentence of the server's. */
const DONE = "done";
const UNKNOWN = "unknown";

export function LedgerDialog({ close }: { close: () => void }) {
  const say = useSay();
  const { ledger, problem, more } = useLedger();
  const isEmpty = ledger?.count === 0 && ledger.unreadable === 0;
  return (
    <Dialog title={say("ledger")} close={close}>
      <div className="dialog-body">
        {problem && <ProblemBox problem={problem} />}
        {ledger && <Summary ledger={ledger} isEmpty={isEmpty} />}
        {ledger && ledger.departures.length > 0 && (
          <ol className="departures">
            {ledger.departures.map((one) => (
              <Row key={one.id} departure={one} />
            ))}
          </ol>
        )}
        {ledger?.further && (
          <button type="button" className="button" onClick={more}>
            {say("ledger.more")}
          </button>
        )}
        <p className="hint">{say("ledger.covers")}</p>
      </div>
    </Dialog>
  );
}

function useLedger(): { ledger: Ledger | null; problem: Problem | null; more: () => void } {
  const { app } = useReader();
  const [ledger, setLedger] = useState<Ledger | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const load = useCallback(
    (before?: string) => {
      const shown = (page: Ledger) =>
        setLedger((had) => (before && had ? { ...page, departures: [...had.departures, ...page.departures] } : page));
      app.server
        .do((api) => api.ledger(before))
        .then(shown)
        .catch((cause: unknown) => setProblem(told(cause)));
    },
    [app],
  );
  useEffect(() => load(), [load]);
  return { ledger, problem, more: () => load(ledger?.further ?? undefined) };
}

function Summary({ ledger, isEmpty }: { ledger: Ledger; isEmpty: boolean }) {
  const { say, language } = useReader();
  const when = ledger.last === null ? "" : moment(ledger.last, language);
  return (
    <div className="ledger-summary" data-empty={isEmpty || undefined}>
      <Icon name={isEmpty ? "home" : "export"} />
      <div>
        {isEmpty && (
          <>
            <strong>{say("ledger.none")}</strong>
            <p>{say("ledger.none.words")}</p>
          </>
        )}
        {ledger.count === 1 && <p>{say("ledger.one", { when })}</p>}
        {ledger.count > 1 && <p>{say("ledger.count", { count: ledger.count, when })}</p>}
        {ledger.unreadable > 0 && <p>{say("ledger.unreadable", { count: ledger.unreadable })}</p>}
      </div>
    </div>
  );
}

function Row({ departure }: { departure: Departure }) {
  const { say, language } = useReader();
  const { at, host, port, purpose, sent, received, outcome, sha256 } = departure;
  const why = `ledger.${purpose}`;
  const isUnknown = outcome === UNKNOWN;
  const facts = [
    isKey(why) ? say(why) : purpose,
    !isUnknown && say("ledger.sent", { bytes: amount(sent, language) }),
    !isUnknown && say("ledger.received", { bytes: amount(received, language) }),
    sha256 !== "" && `SHA-256 ${sha256.slice(0, SHORT)}`,
  ];
  return (
    <li>
      <span className="departures-host">{port === USUAL_PORT ? host : `${host}:${port}`}</span>
      <time dateTime={new Date(at * 1000).toISOString()}>{moment(at, language)}</time>
      <span className="departures-why">{facts.filter(Boolean).join(" · ")}</span>
      {isUnknown && <small>{say("ledger.unknown")}</small>}
      {!isUnknown && outcome !== DONE && <small lang="en">{outcome}</small>}
    </li>
  );
}

function moment(seconds: number, language: Language): string {
  const format = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" });
  return format.format(seconds * 1000);
}

function amount(bytes: number, language: Language): string {
  if (bytes >= LEAST_IN_WORDS) return inWords(bytes, language);
  return new Intl.NumberFormat(localeOf(language), { style: "unit", unit: "byte", unitDisplay: "long" }).format(bytes);
}
