import { type MouseEvent, useState } from "react";

import type { Chat } from "../../shared/api";
import { pathOf } from "../../shared/route";
import { titleOf } from "../chat-title";
import { download } from "../download";
import { Icon } from "../parts/icon";
import { Menu } from "../parts/menu";
import { useApp, useSay } from "../reader";
import { RenameField } from "./rename-field";

interface Props {
  chat: Chat;
  isOpen: boolean;
  chosen: () => void;
  remove: (chat: Chat) => void;
}

/** One chat of the list: a link to it, and what can be done with it. */
export function ChatRow({ chat, isOpen, chosen, remove }: Props) {
  const app = useApp();
  const say = useSay();
  const [isRenamed, setRenamed] = useState(false);

  const go = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens it elsewhere
    event.preventDefault();
    app.go(chat.id);
    chosen();
  };
  if (isRenamed) {
    return (
      <li>
        <RenameField chat={chat} close={() => setRenamed(false)} />
      </li>
    );
  }
  const title = titleOf(chat, say);
  return (
    <li className="chat-row">
      <a href={pathOf({ chat: chat.id, panel: null })} aria-current={isOpen ? "page" : undefined} onClick={go}>
        <span className="chat-row-title" dir="auto">
          {title}
        </span>
        {chat.writing !== null && <span className="chat-row-writing" role="img" aria-label={say("chat.writing")} />}
      </a>
      <Menu
        label={say("chat.actions", { title })}
        className="icon-button chat-row-more"
        items={[
          { label: say("rename"), icon: "edit", act: () => setRenamed(true) },
          { label: say("export"), icon: "export", act: () => download(app.server.api.exportPath(chat.id)) },
          { label: say("delete"), icon: "trash", isDangerous: true, act: () => remove(chat) },
        ]}
      >
        <Icon name="more" />
      </Menu>
    </li>
  );
}
