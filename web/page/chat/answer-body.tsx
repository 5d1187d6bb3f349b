import type { Message } from "../../shared/api";
import { besideCard, cardOf, CRISIS } from "../../shared/card";
import { type Live, noticesOf, toolsOf, wordsOf } from "../../shared/live";
import { isKey, tongueOf } from "../../shared/strings";
import { CitedShare } from "../citations/cited-share";
import { SourcesRow } from "../citations/sources-row";
import { TheirWords } from "../citations/their-words";
import { Markdown } from "../markdown/markdown";
import { Icon } from "../parts/icon";
import { useSay, useStored } from "../reader";
import { AnswerWait } from "./answer-wait";
import { CrisisCard } from "./crisis-card";
import { Reasoning } from "./reasoning";
import { ToolLines } from "./tool-lines";

/** How an answer ended that is none: what was asked stands on no shelf of the chat. */
const NOT_ON_SHELF = "not_on_shelf";

/** How one ended that no model was asked for: it does not speak the question's language. */
const LANGUAGE = "language";

/** The code of a notice in the owner's own words, which are Markdown as those of an answer are. */
const OWNERS = "rule";

/** What there is to read of an answer: what was thought, what was said, or what is waited for. */
export function AnswerBody({ message, live }: { message: Message; live: Live | null }) {
  const { text, reasoning } = wordsOf(live, message);
  const card = cardOf(live, message);
  const rest = besideCard(text, card);
  const question = useStored((state) => state.branch.find(({ id }) => id === message.parent));
  const grounds = live?.grounds?.passages ?? question?.grounds ?? [];
  const isUnquoted = message.reason === LANGUAGE && message.citations.length === 0;
  const isNearest = live?.grounds ? !live.grounds.answers : message.reason === NOT_ON_SHELF || isUnquoted;
  return (
    <>
      <SourcesRow grounds={grounds} isNearest={isNearest} />
      {card !== "" && <CrisisCard text={card} />}
      {noticesBeside(card, live, message).map((notice) => (
        <div key={notice.code} className="notice">
          <Icon name="info" />
          {notice.code === OWNERS ? <OwnersWords text={notice.text} /> : <NoticeWords notice={notice} />}
        </div>
      ))}
      {reasoning !== "" && (
        <Reasoning
          text={reasoning}
          seconds={live?.thought ?? message.thought}
          isThinking={live !== null && text === ""}
          isAll={live === null && text === ""}
        />
      )}
      <ToolLines tools={toolsOf(live, message)} />
      {rest !== "" && <Markdown text={rest} isLive={live !== null} claims={message.claims} citations={message.citations} />}
      {live === null && <CitedShare claims={message.claims} />}
      {live === null && <TheirWords claims={message.claims} places={message.citations} />}
      {live !== null && isAwaited(live, text + reasoning) && <AnswerWait phase={live.phase} />}
    </>
  );
}

/** The codes of notices that say why an answer ended, which is said where it ends or in its place. */
const SAID_OTHERWISE = new Set(["repeats", "withdrawn", LANGUAGE]);

/** Return the notices that are shown as such: the card has its own place. */
const noticesBeside = (card: string, live: Live | null, message: Message) =>
  noticesOf(live, message).filter(({ code }) => !SAID_OTHERWISE.has(code) && (code !== CRISIS || card === ""));

/** The code of a notice that names a file, which only its own text does. */
const NAMING = "unread";

function OwnersWords({ text }: { text: string }) {
  return (
    <div lang={tongueOf(text)}>
      <Markdown text={text} isLive={false} />
    </div>
  );
}

function NoticeWords({ notice }: { notice: { code: string; text: string } }) {
  const say = useSay();
  const key = `notice.${notice.code}`;
  const text = (
    <span lang={tongueOf(notice.text)} dir="auto">
      {notice.text}
    </span>
  );
  if (!isKey(key)) return text;
  return notice.code === NAMING ? (
    <span>
      {say(key)} {text}
    </span>
  ) : (
    <span>{say(key)}</span>
  );
}

/** Whether there is something to wait for: the first word, or, where an answer is gone on with, the next. */
const isAwaited = ({ phase }: Live, text: string): boolean =>
  text === "" || phase.kind === "loading" || phase.kind === "queued" || phase.kind === "reading";
