import { memo } from "react";

import type { Message } from "../../shared/api";
import { longer } from "../../shared/branch";
import type { Live } from "../../shared/live";
import { isKey } from "../../shared/strings";
import { Markdown } from "../markdown/markdown";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { AnswerActs } from "./answer-acts";
import { AnswerWait } from "./answer-wait";
import { ContinueButton } from "./continue-button";

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
  return (
    <section className="turn answer" data-testid="answer" data-message={message.id} aria-busy={live !== null}>
      <h2 className="off-screen">{say("said.model")}</h2>
      {live?.notices.map((notice) => (
        <p key={notice.code} className="notice">
          <Icon name="info" />
          <NoticeWords notice={notice} />
        </p>
      ))}
      {text !== "" && <Markdown text={text} isLive={live !== null} />}
      {live !== null && isAwaited(live, text) && <AnswerWait phase={live.phase} />}
      {live === null && <End message={message} isBusy={isBusy} />}
      {live === null && <AnswerActs message={message} text={text} isBusy={isBusy} />}
    </section>
  );
});

function NoticeWords({ notice }: { notice: { code: string; text: string } }) {
  const say = useSay();
  const key = `notice.${notice.code}`;
  return isKey(key) ? say(key) : <span lang="en">{notice.text}</span>;
}

/** How the answer ended, where it was not in the usual way. */
function End({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { conversation } = useApp();
  const say = useSay();
  const key = message.reason === "length" ? "end.length" : `end.${message.state}`;
  if (message.problem !== null) {
    return (
      <ProblemBox problem={message.problem}>
        <ContinueButton message={message} isBusy={isBusy} />
        <button type="button" className="button" disabled={isBusy} onClick={() => void conversation.again(message)}>
          {say("again")}
        </button>
      </ProblemBox>
    );
  }
  if (!isKey(key)) return null;
  return (
    <div className="end-mark">
      <p>{say(key)}</p>
      <ContinueButton message={message} isBusy={isBusy} />
    </div>
  );
}

/** Whether there is something to wait for: the first word, or, where an answer is gone on with, the next. */
const isAwaited = ({ phase }: Live, text: string): boolean =>
  text === "" || phase.kind === "loading" || phase.kind === "queued" || phase.kind === "reading";
