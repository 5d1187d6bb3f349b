import { type KeyboardEvent, useState } from "react";

import type { Attachment } from "../../shared/attachments";
import { AttachmentList } from "../attachments/attachment-list";
import { GrowingField } from "../composer/growing-field";
import { isSendPress } from "../composer/send-press";
import { useSay } from "../reader";

interface Props {
  text: string;
  attached: readonly Attachment[];
  isBusy: boolean;
  send: (text: string, attached: readonly Attachment[]) => void;
  cancel: () => void;
}

/** A question while it is written otherwise. */
export function EditBox({ text, attached, isBusy, send, cancel }: Props) {
  const say = useSay();
  const [draft, setDraft] = useState(text);
  const [kept, setKept] = useState(attached);
  const canSend = !isBusy && (draft.trim() !== "" || kept.length > 0);

  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) {
      event.stopPropagation();
      cancel();
    }
    if (isSendPress(event)) {
      event.preventDefault();
      if (canSend) send(draft, kept);
    }
  };
  return (
    <section className="turn edit-box">
      <AttachmentList list={kept} remove={(gone) => setKept(kept.filter((one) => one !== gone))} />
      <GrowingField label={say("question.edit")} value={draft} isFocused change={setDraft} press={press} />
      <p className="hint">{say("edit.hint")}</p>
      <div className="edit-acts">
        <button type="button" className="button" onClick={cancel}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-main" disabled={!canSend} onClick={() => send(draft, kept)}>
          {say("send")}
        </button>
      </div>
    </section>
  );
}
