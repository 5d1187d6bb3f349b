import type { Message } from "../../shared/api";
import { isKey } from "../../shared/strings";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { ContinueButton } from "./continue-button";

/** How the answer ended, where it was not in the usual way. */
export function AnswerEnd({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { conversation } = useApp();
  const say = useSay();
  const isCut = message.reason === "length" || message.reason === "repeats";
  const key = `end.${isCut ? message.reason : message.state}`;
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
  if (!isKey(key) || wasStoppedThinking(message)) return null;
  return (
    <div className="end-mark">
      <p>{say(key)}</p>
      <ContinueButton message={message} isBusy={isBusy} />
    </div>
  );
}

/** Whether it ended before it began, which a notice tells. */
const wasStoppedThinking = ({ reason, text }: Message): boolean => reason === "repeats" && text === "";
