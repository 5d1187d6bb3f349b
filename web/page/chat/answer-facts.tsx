import type { Message } from "../../shared/api";
import { localeOf } from "../../shared/strings";
import { useReader } from "../reader";
import { MadeWhere } from "./made-where";

/** Where an answer was made, by whom, when, and how fast. */
export function AnswerFacts({ message }: { message: Message }) {
  const { say, language } = useReader();
  const { timings, usage } = message;
  const time = new Intl.DateTimeFormat(localeOf(language), { hour: "numeric", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "full", timeStyle: "medium" });
  const isWritten = message.model !== "" && !message.replaced;
  const isOurs = message.replaced || (message.model === "" && message.made !== "");
  const created = message.created * 1000;
  return (
    <p className="answer-facts">
      <MadeWhere message={message} />
      {isWritten && <span>{message.model}</span>}
      {isOurs && <span>{say("facts.ours")}</span>}
      {isWritten && usage !== null && usage.answer > 1 && <span>{say("facts.tokens", { tokens: usage.answer })}</span>}
      {isWritten && timings !== null && timings.answer_per_second > 0 && (
        <span>{say("facts.rate", { rate: timings.answer_per_second })}</span>
      )}
      {isWritten && timings !== null && timings.first_token > 0 && (
        <span>{say("facts.first", { seconds: timings.first_token })}</span>
      )}
      <time dateTime={new Date(created).toISOString()} title={date.format(created)}>
        {time.format(created)}
      </time>
    </p>
  );
}
