/** How to come in. What was typed stays in this browser meanwhile. */

import { type FormEvent, useEffect, useId, useState } from "react";

import { noteWanted } from "../shared/wanted";
import { ProblemBox } from "./parts/problem-box";
import { useApp, useSay, useStored } from "./reader";
import { useWork } from "./use-work";

const LOOK_AGAIN = 3_000;

export function SignIn() {
  const { saved, server } = useApp();
  const say = useSay();
  const isReachable = useStored((state) => state.isReachable);
  const field = useId();
  const [link, setLink] = useState("");
  const { problem, run } = useWork();

  // The link may be opened in another tab of this browser.
  useEffect(() => {
    const look = () => document.hidden || void server.checkSession();
    const timer = setInterval(look, LOOK_AGAIN);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [server]);
  useEffect(() => noteWanted(saved, location.pathname), [saved]);

  const enter = (event: FormEvent) => {
    event.preventDefault();
    void run(() => server.signIn(link));
  };
  return (
    <main className="sign-in">
      <h1>Sottovoce</h1>
      <p className="sign-in-lead">{say("signIn.lead")}</p>
      {isReachable ? (
        <>
          <ol className="sign-in-steps">
            <li>
              {say("signIn.open")} <code>sotto serve --open</code>
            </li>
            <li>{say("signIn.paste")}</li>
          </ol>
          <form className="sign-in-form" onSubmit={enter}>
            <label htmlFor={field}>{say("signIn.link")}</label>
            <input
              id={field}
              className="field"
              type="text"
              inputMode="url"
              autoComplete="off"
              spellCheck={false}
              placeholder="http://127.0.0.1:7886/enter#…"
              value={link}
              onChange={(event) => setLink(event.target.value)}
            />
            <button type="submit" className="button button-main" disabled={link.trim() === ""}>
              {say("signIn")}
            </button>
          </form>
          {problem && <ProblemBox problem={problem} />}
        </>
      ) : (
        <p role="alert">{say("banner.unreachable")}</p>
      )}
      <p className="hint">{say("signIn.kept")}</p>
    </main>
  );
}
