/** The chats beside the one that is open, and what may lie over both. */

import { useEffect, useState } from "react";

import type { Citation } from "../shared/grounds";
import { forgetWanted } from "../shared/wanted";
import { ActionsContext } from "./actions";
import { Banner } from "./parts/banner";
import { VisitOnly } from "./parts/visit-only";
import { ChatView } from "./chat/chat-view";
import { SearchDialog } from "./dialogs/search-dialog";
import { later } from "./later";
import { ExportDialog, ShortcutsDialog } from "./later-dialogs";
import { useApp, useSay, useStored } from "./reader";
import { Sidebar } from "./sidebar/sidebar";
import { useSidebar } from "./sidebar/use-sidebar";
import { useShortcuts } from "./use-shortcuts";

const Panels = later(() => import("./panels"));
const CitationPanel = later(() => import("./citations/citation-panel"));

export function Home() {
  const app = useApp();
  const say = useSay();
  const sidebar = useSidebar();
  const [over, setOver] = useState<"search" | "shortcuts" | "chatSettings" | "export" | null>(null);
  const [cited, setCited] = useState<{ places: readonly Citation[]; at: number } | null>(null);
  const chat = useStored((state) => state.chat);
  const panel = useStored((state) => state.route.panel);
  const close = () => setOver(null);
  useEffect(() => forgetWanted(app.saved), [app]);

  const newChat = () => {
    app.go(null);
    sidebar.leave();
    document.getElementById("message")?.focus();
  };
  const actions = {
    newChat,
    exportChat: () => setOver("export"),
    search: () => setOver("search"),
    shortcuts: () => setOver("shortcuts"),
    chatSettings: () => setOver("chatSettings"),
    cite: (places: readonly Citation[], at: number) => setCited({ places, at }),
  };
  useShortcuts({
    ...actions,
    sidebar: sidebar.toggle,
    settings: () => app.openPanel("settings"),
    stop: () => (sidebar.isOpen && sidebar.isOver ? sidebar.toggle() : app.conversation.stop()),
  });

  return (
    <div className="home" data-sidebar={sidebar.isOpen ? "open" : "closed"}>
      <Sidebar sidebar={sidebar} newChat={newChat} search={() => setOver("search")} />
      {sidebar.isOpen && sidebar.isOver && (
        <button type="button" className="home-shade" aria-label={say("sidebar.hide")} onClick={sidebar.toggle} />
      )}
      <main className="home-main" inert={sidebar.isOpen && sidebar.isOver}>
        <Banner />
        <VisitOnly />
        <ActionsContext value={actions}>
          <ChatView sidebar={sidebar} newChat={newChat} />
        </ActionsContext>
      </main>
      {over === "search" && <SearchDialog close={close} found={sidebar.leave} />}
      {over === "shortcuts" && <ShortcutsDialog close={close} />}
      {over === "export" && chat !== null && <ExportDialog chat={chat} close={close} />}
      {over === "chatSettings" && <Panels panel="chatSettings" close={close} shortcuts={actions.shortcuts} />}
      {cited !== null && <CitationPanel {...cited} close={() => setCited(null)} />}
      {panel !== null && <Panels panel={panel} close={() => app.closePanel()} shortcuts={actions.shortcuts} />}
    </div>
  );
}
