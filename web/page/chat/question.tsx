import { memo, useMemo, useState } from "react";

import type { Message } from "../../shared/api";
import { attachedTo, type Attachment } from "../../shared/attachments";
import { QUESTION } from "../../shared/conversation";
import { AttachmentList } from "../attachments/attachment-list";
import { CopyButton } from "../parts/copy-button";
import { IconButton } from "../parts/icon-button";
import { useApp, useSay, useStored } from "../reader";
import { BranchArrows } from "./branch-arrows";
import { EditBox } from "./edit-box";
import { MessageMenu } from "./message-menu";

/** Characters of a question that are shown unasked. */
const LONG = 3_000;

/** What the reader said. `isBusy`: an answer is being written, so nothing new can be asked. */
export const Question = memo(function Question({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { conversation } = useApp();
  const say = useSay();
  const attached = useMemo(() => attachedTo(message), [message]);
  const isUnanswered = useStored((state) => state.branch.at(-1)?.id === message.id);
  const [isEdited, setEdited] = useState(false);
  const [isWhole, setWhole] = useState(message.text.length <= LONG);

  if (isEdited) {
    const send = (text: string, kept: readonly Attachment[]) => {
      setEdited(false);
      void conversation.edit(message, text, kept);
    };
    const cancel = () => setEdited(false);
    const given = { question: message.id, text: message.text, attached };
    return <EditBox {...given} isBusy={isBusy} send={send} cancel={cancel} />;
  }
  return (
    <section className="turn question" data-testid="question" data-message={message.id}>
      <h2 className="off-screen">{say("said.you")}</h2>
      <AttachmentList list={attached} isUnnamed={message.id === QUESTION} />
      {message.text.trim() !== "" && (
        <div className="question-bubble" dir="auto">
          {isWhole ? message.text : `${message.text.slice(0, LONG)}…`}
          {!isWhole && (
            <button type="button" className="link-button" onClick={() => setWhole(true)}>
              {say("question.whole")}
            </button>
          )}
        </div>
      )}
      <div className="turn-acts">
        <BranchArrows message={message} isBusy={isBusy} />
        {message.text.trim() !== "" && <CopyButton text={() => message.text} />}
        <IconButton
          icon="edit"
          label={say("question.edit")}
          disabled={isBusy}
          onClick={() => setEdited(true)}
        />
        {isUnanswered && (
          <IconButton
            icon="again"
            label={say("answer.now")}
            disabled={isBusy}
            onClick={() => void conversation.answer(message.id)}
          />
        )}
        <MessageMenu message={message} isBusy={isBusy} />
      </div>
    </section>
  );
});
