import { memo } from "react";

import type { Message } from "../../shared/api";
import type { Live } from "../../shared/live";
import { isKey } from "../../shared/strings";
import { Markdown } from "../markdown/markdown";
import { CopyButton } from "../parts/copy-button";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { AgainButton } from "./again-button";
import { AnswerFacts } from "./answer-facts";
import { AnswerWait } from "./answer-wait";
import { BranchArrows } from "./branch-arrows";
import { Reasoning } from "./reasoning";

interface Props {
  message: Message;
  /** The answer as it is written, while it is. */
  live: Live | null;
  isBusy: boolean;
}

/** What the model said, and how it came about. */
export const Answer = memo(function Answer({ message, live, isBusy }: Props) {
  const say = useSay();
  const text = longer(live?.text ?? "", message.text);
  const reasoning = longer(live?.reasoning ?? "", message.reasoning);
  return (
    <section className="turn answer" data-testid="answer" data-message={message.id} aria-busy={live !== null}>
      <h2 className="off-screen">{say("said.model")}</h2>
      {live?.notices.map((notice) => (
        <p key={notice.code} className="notice">
          <Icon name="info" />
          <NoticeWords notice={notice} />
        </p>
      ))}
      {reasoning !== "" && (
        <Reasoning
          text={reasoning}
          seconds={live?.thought ?? message.thought}
          isThinking={live !== null && text === ""}
          isAll={live === null && text === ""}
        />
      )}
      {text !== "" && <Markdown text={text} isLive={live !== null} />}
      {live !== null && text === "" && reasoning === "" && <AnswerWait phase={live.phase} />}
      {live === null && <End message={message} />}
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

function NoticeWords({ notice }: { notice: { code: string; text: string } }) {
  const say = useSay();
  const key = `notice.${notice.code}`;
  return isKey(key) ? say(key) : <span lang="en">{notice.text}</span>;
}

/** How the answer ended, where it was not in the usual way. */
function End({ message }: { message: Message }) {
  const { conversation } = useApp();
  const say = useSay();
  const key = message.reason === "length" ? "end.length" : `end.${message.state}`;
  if (message.problem !== null) {
    return (
      <ProblemBox problem={message.problem}>
        <button type="button" className="button" onClick={() => void conversation.again(message)}>
          {say("again")}
        </button>
      </ProblemBox>
    );
  }
  return isKey(key) ? <p className="end-mark">{say(key)}</p> : null;
}

/** Return what is known of the text: the disk may be ahead of a stream that has just begun again. */
const longer = (one: string, other: string): string => (one.length >= other.length ? one : other);
