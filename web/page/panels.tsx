/**
 * What may lie over the chats as a whole, as its address says: settings, models, shelves, help, what has left.
 * And who else may answer, as which file and in which folder a chat is kept, and the list of keys, which come with it.
 */

import type { Panel } from "../shared/route";
export { RivalDialog } from "./chat/rival-dialog";
export { ExportDialog } from "./dialogs/export-dialog";
export { MoveDialog } from "./dialogs/move-dialog";
export { ShortcutsDialog } from "./dialogs/shortcuts-dialog";
import { ChatSettingsDialog } from "./chat-settings/chat-settings-dialog";
import { LedgerDialog } from "./dialogs/ledger-dialog";
import { SettingsDialog } from "./dialogs/settings-dialog";
import { HelpScreen } from "./help/help-screen";
import { ModelsScreen } from "./models/models-screen";
import { ShelvesScreen } from "./shelves/shelves-screen";

interface Props {
  panel: Panel | "chatSettings";
  close: () => void;
  shortcuts: () => void;
}

export default function Panels({ panel, close, shortcuts }: Props) {
  switch (panel) {
    case "settings":
      return <SettingsDialog close={close} shortcuts={shortcuts} />;
    case "ledger":
      return <LedgerDialog close={close} />;
    case "shelves":
      return <ShelvesScreen close={close} />;
    case "help":
      return <HelpScreen close={close} shortcuts={shortcuts} />;
    case "chatSettings":
      return <ChatSettingsDialog close={close} />;
    default:
      return <ModelsScreen panel={panel} close={close} />;
  }
}
