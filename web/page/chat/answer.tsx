import { memo } from "react";

import type { Message } from "../../shared/api";
import type { Live } from "../../shared/live";
import { CopyButton } from "../parts/copy-button";
import { useSay } from "../reader";
import { AgainButton } from "./again-button";
import { AnswerBody, textOf } from "./answer-body";
import { AnswerEnd } from "./answer-end";
import { AnswerFacts } from "./answer-facts";
import { BranchArrows } from "./branch-arrows";

interface Props {
  message: Message;
  /** The answer as it is written, while it is. */
  live: Live | null;
  isBusy: boolean;
}

/** What the model said, and how it came about. */
export const Answer = memo(function Answer({ message, live, isBusy }: Props) {
  const say = useSay();
  const text = textOf(message, live);
  return (
    <section className="turn answer" data-testid="answer" data-message={message.id} aria-busy={live !== null}>
      <h2 className="off-screen">{say("said.model")}</h2>
      <AnswerBody message={message} live={live} />
      {live === null && <AnswerEnd message={message} />}
      {live === null && (
        <footer className="turn-acts">
          <BranchArrows message={message} isBusy={isBusy} />
          {text !== "" && <CopyButton text={() => text} />}
          <AgainButton message={message} isBusy={isBusy} />
          <AnswerFacts message={message} />
        </footer>
      )}
    </section>
  );
});
