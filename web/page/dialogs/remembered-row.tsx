/** One line that is remembered: where it came from, changed or erased. */

import { useState } from "react";

import type { Remembered } from "../../shared/api";
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
  const erase = () => run(() => app.server.do((api) => api.eraseRemembered(line.id)).then(changed));
  const save = async (put: string) => {
    if (await run(() => app.server.do((api) => api.putRemembered(line.id, put)).then(changed))) setText(null);
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
      <IconButton icon="trash" label={say("memory.erase", { text: line.text })} onClick={() => void erase()} />
    </li>
  );
}

function Origin({ line }: Pick<Props, "line">) {
  const { app, say, language } = useReader();
  const when = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium" }).format(line.created * 1000);
  const { chat } = line;
  if (chat === null) return <small>{say("memory.added", { when })}</small>;
  return (
    <small>
      {say("memory.said", { when })}{" "}
      <button type="button" className="link-button" onClick={() => app.go(chat, line.message)}>
        {titleOf({ title: line.title ?? "" }, say)}
      </button>
    </small>
  );
}
