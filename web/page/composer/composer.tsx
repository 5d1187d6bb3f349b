/** Where a question is written. While an answer comes, its button stops it. */

import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { type Attachment, MOST_WRITTEN } from "../../shared/attachments";
import { isComing } from "../../shared/state";
import { AttachmentList } from "../attachments/attachment-list";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader, useSay, useStored } from "../reader";
import { useMedia } from "../use-media";
import { AttachButton } from "./attach-button";
import { AttachmentNotes } from "./attachment-notes";
import { DropArea } from "./drop-area";
import { AppliedNote } from "./applied-note";
import { ContextMeter } from "./context-meter";
import { GoneNote } from "./gone-note";
import { GrowingField } from "./growing-field";
import { attachPasted } from "./pasted";
import { ShelfChips, ShelfMenu } from "./shelf-switch";
import { isSendPress } from "./send-press";
import { useAttachments } from "./use-attachments";
import { useSlash } from "./use-slash";

export function Composer() {
  const { conversation, store } = useApp();
  const say = useSay();
  const { preferences } = useReader();
  const [text, setText] = useDraft();
  const attachments = useAttachments();
  const field = useRef<HTMLTextAreaElement>(null);
  const isBusy = useStored((state) => state.live !== null);
  const isWaiting = useStored(isComing);
  const problem = useStored((state) => state.askProblem);
  // On a phone the keyboard would cover what there is to read.
  const isTouch = useMedia("(hover: none) and (pointer: coarse)");
  const slash = useSlash(text, setText);
  const canSend = !isBusy && !isWaiting && !attachments.isReading && (text.trim() !== "" || attachments.list.length > 0);

  // Kept with the message, so long a text would hold the page up at every letter, and at every visit.
  const isTooLong = text.length > MOST_WRITTEN;
  const { addPasted } = attachments;
  const move = useRef(addPasted);
  move.current = addPasted;
  useEffect(() => {
    if (!isTooLong) return;
    setText("");
    move.current(text);
  }, [isTooLong]);

  const send = () => {
    if (slash.pick() || !canSend) return;
    setText("");
    void conversation.ask(text, attachments.hand());
    field.current?.focus();
  };
  const stop = () => {
    conversation.stop();
    field.current?.focus();
  };
  const goOn = () => {
    if (!isTouch) field.current?.focus();
  };
  const attach = (files: readonly File[], folders?: readonly string[]) => {
    goOn();
    void attachments.add(files, folders);
  };
  const remove = (attachment: Attachment) => {
    attachments.remove(attachment);
    goOn();
  };
  const restore = (attachment: Attachment) => {
    if ("text" in attachment.source) setText([text, attachment.source.text].filter(Boolean).join("\n\n"));
    remove(attachment);
  };
  const press = (event: KeyboardEvent) => {
    if (slash.press(event)) return;
    if (isSendPress(event) && !isTouch) {
      event.preventDefault();
      send();
    }
    if (event.key === "ArrowUp" && text === "") {
      const last = store.get().branch.findLast((message) => message.role === "user");
      if (last === undefined || isBusy) return;
      event.preventDefault();
      setText(last.text);
    }
  };
  return (
    <div className="composer">
      {problem !== null && (
        <ProblemBox problem={problem}>
          <button type="button" className="button" disabled={!canSend} onClick={send}>
            {say("retry")}
          </button>
        </ProblemBox>
      )}
      <AttachmentNotes attachments={attachments} text={text} />
      <DropArea take={attach} />
      <AppliedNote />
      <GoneNote />
      <ShelfChips />
      <form
        className="composer-box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <AttachmentList list={attachments.list} remove={remove} restore={restore} />
        <AttachButton add={attach} />
        <ShelfMenu />
        <GrowingField
          ref={field}
          id="message"
          label={say("composer.label")}
          placeholder={say("composer.placeholder")}
          aria-describedby="disclosure"
          value={isTooLong ? "" : text}
          isFocused={!isTouch}
          change={setText}
          press={press}
          paste={(event) => attachPasted(event, preferences.longPaste, { files: attach, text: attachments.addPasted })}
          {...slash.field}
        />
        {slash.list}
        {isBusy ? (
          <IconButton icon="stop" className="composer-button" label={say("stop")} onClick={stop} />
        ) : (
          <IconButton icon="send" type="submit" className="composer-button" label={say("send")} disabled={!canSend} />
        )}
      </form>
      <ContextMeter text={text} />
    </div>
  );
}

/** The text of the chat that is open: what was typed before, and what comes back when it was not taken. */
function useDraft(): [string, (text: string) => void] {
  const { drafts, store } = useApp();
  const chat = useStored((state) => state.route.chat);
  const problem = useStored((state) => state.askProblem);
  const [text, setText] = useState(() => drafts.get(chat));
  useEffect(() => setText(drafts.get(chat)), [drafts, chat]);
  useEffect(() => {
    if (problem !== null) setText(drafts.get(store.get().route.chat));
  }, [drafts, store, problem]);
  const change = (typed: string) => {
    setText(typed);
    drafts.set(chat, typed);
  };
  return [text, change];
}
