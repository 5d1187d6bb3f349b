import { type KeyboardEvent, useState } from "react";

import type { Chat } from "../../shared/api";
import { useApp, useSay } from "../reader";

const LONGEST = 300;

/** The title of a chat while it is changed. Enter and leaving keep it, Escape does not. */
export function RenameField({ chat, close }: { chat: Chat; close: () => void }) {
  const { chats } = useApp();
  const say = useSay();
  const [title, setTitle] = useState(chat.title);

  const keep = () => {
    if (title !== chat.title) void chats.rename(chat.id, title);
    close();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") keep();
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  };
  return (
    <input
      className="field"
      aria-label={say("rename.title")}
      value={title}
      maxLength={LONGEST}
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTitle(event.target.value)}
      onBlur={keep}
      onKeyDown={press}
    />
  );
}
