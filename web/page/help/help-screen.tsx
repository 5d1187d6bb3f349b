/** Questions about the assistant, answered word for word: no model is asked, and nothing is kept. */

import "../styles/help.css";

import { type FormEvent, useEffect, useRef, useState } from "react";

import type { Help, HelpQuestion } from "../../shared/api";
import { Dialog } from "../dialogs/dialog";
import { Markdown } from "../markdown/markdown";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useReader, useSay } from "../reader";
import { useWork } from "../use-work";

interface Props {
  close: () => void;
  shortcuts: () => void;
}

/** What was asked: words, in their own language, or an entry of the list, in the reader's. */
type Asked = { words: string } | { id: string } | null;

export function HelpScreen({ close, shortcuts }: Props) {
  const say = useSay();
  const [words, setWords] = useState("");
  const [asked, setAsked] = useState<Asked>(null);
  const { help, problem } = useHelp(asked);
  const head = useRef<HTMLHeadingElement>(null);
  const isAnswer = asked !== null && help !== null && help.subjects.length === 0;
  useEffect(() => {
    if (isAnswer) head.current?.focus();
  }, [isAnswer, help]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setAsked(words.trim() === "" ? null : { words: words.trim() });
  };
  const choose = ({ id }: HelpQuestion) => setAsked({ id });
  return (
    <Dialog title={say("help")} close={close}>
      <div className="dialog-body help-body">
        <form className="help-form" onSubmit={submit}>
          <input
            className="field"
            type="search"
            aria-label={say("help.ask")}
            placeholder={say("help.ask")}
            maxLength={300}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <button type="submit" className="button">
            {say("help.find")}
          </button>
        </form>
        {problem && <ProblemBox problem={problem} />}
        {isAnswer && (
          <section className="help-answer">
            <h3 ref={head} tabIndex={-1}>
              {help.answer?.question ?? say("help.none")}
            </h3>
            {help.answer && <Markdown text={help.answer.answer} isLive={false} />}
            {help.nearest.length > 0 && (
              <>
                <p className="hint">{say("help.nearest")}</p>
                <Questions questions={help.nearest} choose={choose} />
              </>
            )}
            <button type="button" className="button" onClick={() => setAsked(null)}>
              {say("help.all")}
            </button>
          </section>
        )}
        {asked === null &&
          help?.subjects.map((subject) => (
            <section key={subject.title} className="settings-section">
              <h3>{subject.title}</h3>
              <Questions questions={subject.questions} choose={choose} />
            </section>
          ))}
        <p className="hint">{say("help.words")}</p>
        <div className="settings-foot">
          <button
            type="button"
            className="button"
            onClick={() => {
              close();
              shortcuts();
            }}
          >
            <Icon name="keyboard" />
            {say("shortcuts")}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

function Questions({ questions, choose }: { questions: readonly HelpQuestion[]; choose: (question: HelpQuestion) => void }) {
  return (
    <ul className="help-questions">
      {questions.map((one) => (
        <li key={one.id}>
          <button type="button" onClick={() => choose(one)}>
            {one.question}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Return what the server says of it; what was there before stays until that comes. */
function useHelp(asked: Asked) {
  const { app, language } = useReader();
  const [help, setHelp] = useState<Help | null>(null);
  const { problem, run } = useWork();
  useEffect(() => {
    const asking = new AbortController();
    const question = asked === null ? "" : "words" in asked ? asked.words : asked.id;
    const spoken = asked !== null && "words" in asked ? undefined : language;
    void run(async () => {
      try {
        setHelp(await app.server.do((api) => api.help(question, spoken, asking.signal)));
      } catch (cause) {
        if (!asking.signal.aborted) throw cause;
      }
    });
    return () => asking.abort();
  }, [asked, app, language, run]);
  return { help, problem };
}
