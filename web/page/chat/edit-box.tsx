import { type KeyboardEvent, useState } from "react";

import { GrowingField } from "../composer/growing-field";
import { isSendPress } from "../composer/send-press";
import { useSay } from "../reader";

interface Props {
  text: string;
  isBusy: boolean;
  send: (text: string) => void;
  cancel: () => void;
}

/** A question while it is written otherwise. */
export function EditBox({ text, isBusy, send, cancel }: Props) {
  const say = useSay();
  const [draft, setDraft] = useState(text);
  const canSend = !isBusy && draft.trim() !== "";

  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) {
      event.stopPropagation();
      cancel();
    }
    if (isSendPress(event)) {
      event.preventDefault();
      if (canSend) send(draft);
    }
  };
  return (
    <section className="turn edit-box">
      <GrowingField label={say("question.edit")} value={draft} isFocused change={setDraft} press={press} />
      <p className="hint">{say("edit.hint")}</p>
      <div className="edit-acts">
        <button type="button" className="button" onClick={cancel}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-main" disabled={!canSend} onClick={() => send(draft)}>
          {say("send")}
        </button>
      </div>
    </section>
  );
}
