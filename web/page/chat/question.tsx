import { memo, useState } from "react";

import type { Message } from "../../shared/api";
import { CopyButton } from "../parts/copy-button";
import { IconButton } from "../parts/icon-button";
import { useApp, useSay } from "../reader";
import { BranchArrows } from "./branch-arrows";
import { EditBox } from "./edit-box";

/** Characters of a question that are shown unasked. */
const LONG = 3_000;

/** What the reader said. `isBusy`: an answer is being written, so nothing new can be asked. */
export const Question = memo(function Question({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { conversation } = useApp();
  const say = useSay();
  const [isEdited, setEdited] = useState(false);
  const [isWhole, setWhole] = useState(message.text.length <= LONG);

  if (isEdited) {
    const send = (text: string) => {
      setEdited(false);
      void conversation.edit(message, text);
    };
    return <EditBox question={message.id} text={message.text} isBusy={isBusy} send={send} cancel={() => setEdited(false)} />;
  }
  return (
    <section className="turn question" data-testid="question" data-message={message.id}>
      <h2 className="off-screen">{say("said.you")}</h2>
      <div className="question-bubble" dir="auto">
        {isWhole ? message.text : `${message.text.slice(0, LONG)}…`}
        {!isWhole && (
          <button type="button" className="link-button" onClick={() => setWhole(true)}>
            {say("question.whole")}
          </button>
        )}
      </div>
      <div className="turn-acts">
        <BranchArrows message={message} isBusy={isBusy} />
        <CopyButton text={() => message.text} />
        <IconButton
          icon="edit"
          label={say("question.edit")}
          disabled={isBusy}
          onClick={() => setEdited(true)}
        />
      </div>
    </section>
  );
});
