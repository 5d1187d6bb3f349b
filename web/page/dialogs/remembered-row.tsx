/** One line that is remembered: where it came from, changed or erased. */

import { useState } from "react";

import type { Remembered } from "../../shared/api";
import { eraseRemembered, putRemembered } from "../../shared/memory";
import { localeOf } from "../../shared/strings";
import { titleOf } from "../chat-title";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { useWork } from "../use-work";

interface Props {
  line: Remembered;
  changed: () => Promise<void>;
}

export function RememberedRow({ line, changed }: Props) {
  const { app, say } = useReader();
  const { isBusy, problem, run } = useWork();
  const [text, setText] = useState<string | null>(null);
  const [isAsked, setAsked] = useState(false);
  const erase = () => run(() => app.server.do((api) => eraseRemembered(api, line.id)).then(changed));
  const save = async (put: string) => {
    if (await run(() => app.server.do((api) => putRemembered(api, line.id, put)).then(changed))) setText(null);
  };
  if (text !== null) {
    return (
      <li>
        <form
          className="get-by-name-field"
          onSubmit={(event) => {
            event.preventDefault();
            void save(text);
          }}
        >
          <input
            className="field"
            autoFocus
            maxLength={500}
            aria-label={say("memory.change", { text: line.text })}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit" className="button" disabled={text.trim() === "" || isBusy}>
            {say("memory.save")}
          </button>
          <button type="button" className="button" onClick={() => setText(null)}>
            {say("cancel")}
          </button>
        </form>
        {problem && <ProblemBox problem={problem} />}
      </li>
    );
  }
  return (
    <li>
      <span className="remembered-words">
        <span dir="auto">{line.text}</span>
        <Origin line={line} />
        {problem && <ProblemBox problem={problem} />}
      </span>
      <IconButton icon="edit" label={say("memory.change", { text: line.text })} onClick={() => setText(line.text)} />
      <IconButton icon="trash" label={say("memory.erase", { text: line.text })} onClick={() => setAsked(true)} />
      {isAsked && (
        <div className="browsers-sure">
          <p>{say("memory.sureOne")}</p>
          <button type="button" className="button" autoFocus onClick={() => setAsked(false)}>
            {say("cancel")}
          </button>
          <button type="button" className="button button-danger" disabled={isBusy} onClick={() => void erase()}>
            {say("memory.eraseOne")}
          </button>
        </div>
      )}
    </li>
  );
}

function Origin({ line }: Pick<Props, "line">) {
  const { app, say, language } = useReader();
  const dayOf = (seconds: number) =>
    new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium" }).format(seconds * 1000);
  const when = dayOf(line.created);
  const { chat, changed } = line;
  const origin =
    chat === null ? (
      say("memory.added", { when })
    ) : (
      <>
        {say("memory.said", { when })}{" "}
        <button type="button" className="link-button" onClick={() => app.go(chat, line.message)}>
          {titleOf({ title: line.title ?? "" }, say)}
        </button>
      </>
    );
  if (changed === null) return <small>{origin}</small>;
  return (
    <small>
      {say("memory.changed", { when: dayOf(changed) })} ({origin})
    </small>
  );
}
