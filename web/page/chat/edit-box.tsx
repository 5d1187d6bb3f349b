import { type KeyboardEvent, useRef, useState } from "react";

import type { Attachment } from "../../shared/attachments";
import { AttachmentList } from "../attachments/attachment-list";
import { GrowingField } from "../composer/growing-field";
import { isSendPress } from "../composer/send-press";
import { useApp, useSay } from "../reader";

interface Props {
  /** The id of the question. */
  question: string;
  text: string;
  attached: readonly Attachment[];
  isBusy: boolean;
  send: (text: string, attached: readonly Attachment[]) => void;
  cancel: () => void;
}

/** A question while it is written otherwise. */
export function EditBox({ question, text, attached, isBusy, send, cancel }: Props) {
  const { drafts } = useApp();
  const say = useSay();
  const [draft, setDraft] = useState(() => drafts.get(question) || text);
  const [kept, setKept] = useState(attached);
  const field = useRef<HTMLTextAreaElement>(null);
  const canSend = !isBusy && (draft.trim() !== "" || kept.length > 0);

  const change = (typed: string) => {
    setDraft(typed);
    drafts.set(question, typed); // as that of a chat, it outlives a sign-in that is over
  };
  const leave = (how: () => void) => {
    drafts.forget(question);
    how();
  };

  const remove = (gone: Attachment) => {
    setKept(kept.filter((one) => one !== gone));
    field.current?.focus(); // the button goes
  };

  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) {
      event.stopPropagation();
      leave(cancel);
    }
    if (isSendPress(event)) {
      event.preventDefault();
      if (canSend) leave(() => send(draft, kept));
    }
  };
  return (
    <section className="turn edit-box">
      <AttachmentList list={kept} remove={remove} />
      <GrowingField ref={field} label={say("question.edit")} value={draft} isFocused change={change} press={press} />
      <p className="hint">{say("edit.hint")}</p>
      <div className="edit-acts">
        <button type="button" className="button" onClick={() => leave(cancel)}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-main" disabled={!canSend} onClick={() => leave(() => send(draft, kept))}>
          {say("send")}
        </button>
      </div>
    </section>
  );
}
