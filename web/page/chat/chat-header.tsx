import { titleOf } from "../chat-title";
import { IconButton } from "../parts/icon-button";
import { useSay, useStored } from "../reader";
import type { SidebarState } from "../sidebar/use-sidebar";
import { SettingsButton } from "../chat-settings/settings-button";
import { ModelMenu } from "./model-menu";
import { TemporarySwitch } from "./temporary-switch";

/** The way back to the list, who answers, and what the chat is called. */
export function ChatHeader({ sidebar, newChat }: { sidebar: SidebarState; newChat: () => void }) {
  const say = useSay();
  const chat = useStored((state) => state.chat);
  const isSidebarAway = !sidebar.isOpen || sidebar.isOver;
  return (
    <header className="chat-head">
      {isSidebarAway && (
        <IconButton icon="sidebar" label={say("sidebar.show")} aria-expanded={sidebar.isOpen} onClick={sidebar.toggle} />
      )}
      <ModelMenu />
      {chat !== null && (
        <h1 className="chat-title" dir="auto">
          {chat.temporary ? say("temporary") : titleOf(chat, say)}
        </h1>
      )}
      <div className="chat-head-acts">
        <TemporarySwitch />
        <SettingsButton />
        {isSidebarAway && <IconButton icon="compose" label={say("chat.new")} onClick={newChat} />}
      </div>
    </header>
  );
}
