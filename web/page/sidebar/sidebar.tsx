/** The chats, by day, and what is always at hand beside them. */

import { useEffect, useRef } from "react";

import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { DownloadNote } from "../models/download-note";
import { useApp, useSay } from "../reader";
import { Toasts } from "../toasts";
import { ChatList } from "./chat-list";
import type { SidebarState } from "./use-sidebar";

interface Props {
  sidebar: SidebarState;
  newChat: () => void;
  search: () => void;
}

export function Sidebar({ sidebar, newChat, search }: Props) {
  const app = useApp();
  const say = useSay();
  const nav = useRef<HTMLElement>(null);

  useEffect(() => {
    if (!sidebar.isOpen || !sidebar.isOver) return;
    nav.current?.querySelector("button")?.focus();
  }, [sidebar.isOpen, sidebar.isOver]);

  return (
    <nav ref={nav} className="sidebar" aria-label={say("sidebar.name")} inert={!sidebar.isOpen}>
      <div className="sidebar-top">
        <IconButton icon="sidebar" label={say("sidebar.hide")} onClick={sidebar.toggle} />
        <span className="sidebar-name">Sottovoce</span>
      </div>
      <div className="sidebar-acts">
        <button type="button" className="sidebar-act" onClick={newChat}>
          <Icon name="compose" />
          {say("chat.new")}
        </button>
        <button type="button" className="sidebar-act" onClick={search}>
          <Icon name="search" />
          {say("search")}
          <kbd>Ctrl K</kbd>
        </button>
      </div>
      <ChatList chosen={sidebar.leave} />
      {sidebar.isOver && sidebar.isOpen && <Toasts />}
      <div className="sidebar-foot">
        <DownloadNote />
        <button type="button" className="sidebar-act" onClick={() => app.openPanel("help")}>
          <Icon name="info" />
          {say("help")}
        </button>
        <button type="button" className="sidebar-act" onClick={() => app.openPanel("settings")}>
          <Icon name="settings" />
          {say("settings")}
        </button>
      </div>
    </nav>
  );
}
