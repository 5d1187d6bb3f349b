/** Answers to one question, next to each other; on a phone, each a swipe away. */

import { memo } from "react";

import type { Message } from "../../shared/api";
import { type Live, wordsOf } from "../../shared/live";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { useApp, useSay, useStored } from "../reader";
import { AnswerBody } from "./answer-body";
import { AnswerEnd } from "./answer-end";
import { AnswerFacts } from "./answer-facts";
import { CopyAnswer } from "./copy-answer";

interface Props {
  answers: readonly Message[];
  /** The one that the branch goes on with. */
  shown: string;
}

export function SideBySide({ answers, shown }: Props) {
  const { sideBySide } = useApp();
  const say = useSay();
  const lives = useStored((state) => state.lives);
  const title = say("beside", { count: answers.length });
  return (
    <section className="beside" data-testid="beside">
      <header className="beside-head">
        <Icon name="columns" />
        <h2>{title}</h2>
        {lives.length === 0 && (
          <button type="button" className="quiet-button" onClick={() => sideBySide.close()}>
            <Icon name="close" />
            {say("beside.close")}
          </button>
        )}
      </header>
      {/* It scrolls where there are more than fit, and then by keyboard as well. */}
      <div className="beside-columns" role="group" aria-label={title} tabIndex={0}>
        {answers.map((answer, at) => (
          <Column
            key={answer.id}
            answer={answer}
            live={lives.find((live) => live.answer === answer.id) ?? null}
            place={`${at + 1}/${answers.length}`}
            isShown={answer.id === shown}
          />
        ))}
      </div>
    </section>
  );
}

interface ColumnProps {
  answer: Message;
  live: Live | null;
  place: string;
  isShown: boolean;
}

const Column = memo(function Column({ answer, live, place, isShown }: ColumnProps) {
  const { conversation, sideBySide } = useApp();
  const say = useSay();
  const isBusy = useStored((state) => state.live !== null);
  const text = wordsOf(live, answer).text;
  const name = { model: answer.model, place };
  const heat = sideBySide.drawnWith(answer);
  return (
    <article className="beside-column" data-testid="version" data-message={answer.id} data-reason={answer.reason ?? undefined} aria-busy={live !== null}>
      <header className="beside-column-head">
        <h3>{heat === null ? answer.model : say("compare.drawn", { model: answer.model, temperature: heat })}</h3>
        {isShown && <span className="tag">{say("beside.shown")}</span>}
        <span className="beside-place">{place}</span>
        {live !== null && (
          <IconButton icon="stop" label={say("beside.stop", name)} onClick={() => conversation.stop(answer.id)} />
        )}
      </header>
      <div className="beside-text">
        <AnswerBody message={answer} live={live} />
        {live === null && <AnswerEnd message={answer} isBusy={isBusy} />}
      </div>
      <footer className="beside-column-acts">
        <button
          type="button"
          className="button"
          aria-label={say("beside.keepNamed", name)}
          onClick={() => void sideBySide.keep(answer)}
        >
          <Icon name="check" />
          {say("beside.keep")}
        </button>
        {live === null && text !== "" && <CopyAnswer message={answer} text={text} />}
        {live === null && <AnswerFacts message={answer} />}
      </footer>
    </article>
  );
});

/** Shows all versions of an answer side by side; nothing where there is only one. */
export function CompareButton({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { sideBySide } = useApp();
  const say = useSay();
  if (message.role !== "assistant" || message.alternatives.length < 2) return null;
  return (
    <IconButton
      icon="columns"
      label={say("compare.versions")}
      disabled={isBusy}
      onClick={() => void sideBySide.open(message)}
    />
  );
}
