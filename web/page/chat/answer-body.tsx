import type { Message } from "../../shared/api";
import type { Live } from "../../shared/live";
import { isKey } from "../../shared/strings";
import { Markdown } from "../markdown/markdown";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";
import { AnswerWait } from "./answer-wait";
import { Reasoning } from "./reasoning";

/** What there is to read of an answer: what was thought, what was said, or what is waited for. */
export function AnswerBody({ message, live }: { message: Message; live: Live | null }) {
  const text = textOf(message, live);
  const reasoning = longer(live?.reasoning ?? "", message.reasoning);
  return (
    <>
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
    </>
  );
}

function NoticeWords({ notice }: { notice: { code: string; text: string } }) {
  const say = useSay();
  const key = `notice.${notice.code}`;
  return isKey(key) ? say(key) : <span lang="en">{notice.text}</span>;
}

export const textOf = (message: Message, live: Live | null): string => longer(live?.text ?? "", message.text);

/** Return what is known of a text: the disk may be ahead of a stream that has just begun again. */
const longer = (one: string, other: string): string => (one.length >= other.length ? one : other);
