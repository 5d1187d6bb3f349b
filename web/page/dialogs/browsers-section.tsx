/** The browsers that are signed in, and all of them out. */

import { useEffect, useState } from "react";

import type { Session } from "../../shared/api";
import { localeOf } from "../../shared/strings";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { useWork } from "../use-work";

export function BrowsersSection() {
  const { app, say } = useReader();
  const sessions = useSessions();
  const [isAsked, setAsked] = useState(false);
  const { problem, run } = useWork();
  return (
    <section className="settings-section">
      <h3>{say("browsers")}</h3>
      <ul className="browsers">
        {sessions.map((session) => (
          <Row key={`${session.begun}-${session.here}`} session={session} />
        ))}
      </ul>
      <p className="hint">{say("browsers.kept")}</p>
      {problem && <ProblemBox problem={problem} />}
      {!isAsked && (
        <button type="button" className="button browsers-out" onClick={() => setAsked(true)}>
          {say("browsers.out")}
        </button>
      )}
      {isAsked && (
        <div className="browsers-sure">
          <p>{say("browsers.sure")}</p>
          <button type="button" className="button" autoFocus onClick={() => setAsked(false)}>
            {say("cancel")}
          </button>
          <button type="button" className="button button-danger" onClick={() => void run(() => app.server.signOutAll())}>
            {say("browsers.out")}
          </button>
        </div>
      )}
    </section>
  );
}

function useSessions(): Session[] {
  const { app } = useReader();
  const [sessions, setSessions] = useState<Session[]>([]);
  useEffect(() => {
    const load = async () => {
      const found = await app.server.attempt((api) => api.sessions());
      if (found !== null) setSessions(found.sessions);
    };
    void load();
    return app.inStep.onChange((changes) => {
      if (changes.some(({ kind }) => kind === "sessions" || kind === "all")) void load();
    });
  }, [app]);
  return sessions;
}

function Row({ session }: { session: Session }) {
  const { say, language } = useReader();
  const format = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" });
  const when = (seconds: number) => format.format(seconds * 1000);
  const words = session.here
    ? say("browsers.begun", { when: when(session.begun) })
    : `${say("browsers.begun", { when: when(session.begun) })} · ${say("browsers.seen", { when: when(session.seen) })}`;
  return (
    <li>
      <span>{say(session.here ? "browsers.this" : "browsers.other")}</span>
      <small>{words}</small>
    </li>
  );
}
