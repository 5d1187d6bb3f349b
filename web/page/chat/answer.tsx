import { memo } from "react";

import type { Message } from "../../shared/api";
import { type Live, wordsOf } from "../../shared/live";
import { useSay } from "../reader";
import { AnswerActs } from "./answer-acts";
import { AnswerBody } from "./answer-body";
import { AnswerEnd } from "./answer-end";

interface Props {
  message: Message;
  /** The answer as it is written, while it is. */
  live: Live | null;
  isBusy: boolean;
}

/** What the model said, and how it came about. */
export const Answer = memo(function Answer({ message, live, isBusy }: Props) {
  const say = useSay();
  const text = wordsOf(live, message).text;
  return (
    <section className="turn answer" data-testid="answer" data-message={message.id} data-reason={message.reason ?? undefined} aria-busy={live !== null}>
      <h2 className="off-screen">{say("said.model")}</h2>
      <AnswerBody message={message} live={live} />
      {live === null && <AnswerEnd message={message} isBusy={isBusy} />}
      {live === null && <AnswerActs message={message} text={text} isBusy={isBusy} />}
    </section>
  );
});
