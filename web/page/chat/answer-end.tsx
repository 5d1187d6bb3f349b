import type { Message } from "../../shared/api";
import { isKey } from "../../shared/strings";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";

/** How the answer ended, where it was not in the usual way. */
export function AnswerEnd({ message }: { message: Message }) {
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
