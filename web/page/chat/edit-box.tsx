import { type KeyboardEvent, useState } from "react";

import { GrowingField } from "../composer/growing-field";
import { isSendPress } from "../composer/send-press";
import { useApp, useSay } from "../reader";

interface Props {
  /** The id of the question. */
  question: string;
  text: string;
  isBusy: boolean;
  send: (text: string) => void;
  cancel: () => void;
}

/** A question while it is written otherwise. */
export function EditBox({ question, text, isBusy, send, cancel }: Props) {
  const { drafts } = useApp();
  const say = useSay();
  const [draft, setDraft] = useState(() => drafts.get(question) || text);
  const canSend = !isBusy && draft.trim() !== "";

  const change = (typed: string) => {
    setDraft(typed);
    drafts.set(question, typed); // as that of a chat, it outlives a sign-in that is over
  };
  const leave = (how: () => void) => {
    drafts.forget(question);
    how();
  };

  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) {
      event.stopPropagation();
      leave(cancel);
    }
    if (isSendPress(event)) {
      event.preventDefault();
      if (canSend) leave(() => send(draft));
    }
  };
  return (
    <section className="turn edit-box">
      <GrowingField label={say("question.edit")} value={draft} isFocused change={change} press={press} />
      <p className="hint">{say("edit.hint")}</p>
      <div className="edit-acts">
        <button type="button" className="button" onClick={() => leave(cancel)}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-main" disabled={!canSend} onClick={() => leave(() => send(draft))}>
          {say("send")}
        </button>
      </div>
    </section>
  );
}
