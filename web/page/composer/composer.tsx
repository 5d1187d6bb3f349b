/** Where a question is written. While an answer comes, its button stops it. */

import { type KeyboardEvent, useEffect, useRef, useState } from "react";

import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import { useMedia } from "../use-media";
import { GrowingField } from "./growing-field";
import { isSendPress } from "./send-press";

export function Composer() {
  const { conversation, store } = useApp();
  const say = useSay();
  const [text, setText] = useDraft();
  const field = useRef<HTMLTextAreaElement>(null);
  const isBusy = useStored((state) => state.live !== null);
  const problem = useStored((state) => state.askProblem);
  // On a phone the keyboard would cover what there is to read.
  const isTouch = useMedia("(hover: none) and (pointer: coarse)");
  const canSend = !isBusy && text.trim() !== "";

  const send = () => {
    if (!canSend) return;
    setText("");
    void conversation.ask(text);
    field.current?.focus();
  };
  const stop = () => {
    conversation.stop();
    field.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
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
            {say("again")}
          </button>
        </ProblemBox>
      )}
      <form
        className="composer-box"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <GrowingField
          ref={field}
          id="message"
          label={say("composer.label")}
          placeholder={say("composer.placeholder")}
          value={text}
          isFocused={!isTouch}
          change={setText}
          press={press}
        />
        {isBusy ? (
          <IconButton icon="stop" className="composer-button" label={say("stop")} onClick={stop} />
        ) : (
          <IconButton icon="send" type="submit" className="composer-button" label={say("send")} disabled={!canSend} />
        )}
      </form>
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
