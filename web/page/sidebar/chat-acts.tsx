/** What can be done with a chat of the list. */

import { type ReactNode, useState } from "react";

import type { Chat } from "../../shared/api";
import type { Place } from "../../shared/order";
import { ExportDialog, MoveDialog } from "../later-dialogs";
import { useAnnounce } from "../parts/announcer";
import type { MenuItem } from "../parts/menu";
import { useApp, useSay } from "../reader";

interface Acts {
  items: readonly MenuItem[];
  /** The dialog that one of them has opened. */
  over: ReactNode;
}

export function useChatActs(chat: Chat, rename: () => void): Acts {
  const app = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const [over, setOver] = useState<"move" | "export" | null>(null);
  const close = () => setOver(null);

  const put = async (place: Place, done: string) => {
    if (!(await app.order.put(chat.id, place))) return;
    announce(done);
    requestAnimationFrame(() => focusRow(chat.id));
  };
  const { pinned } = chat;
  return {
    items: [
      { label: say("rename"), icon: "edit", act: rename },
      {
        label: say(pinned ? "unpin" : "pin"),
        icon: pinned ? "unpin" : "pin",
        act: () => void put({ pinned: !pinned }, say(pinned ? "unpin.done" : "pin.done")),
      },
      { label: say("folder.move"), icon: "folder", act: () => setOver("move") },
      { label: say("archive"), icon: "archive", act: () => void put({ archived: true }, say("archive.done")) },
      { label: say("export"), icon: "export", act: () => setOver("export") },
      { label: say("delete"), icon: "trash", isDangerous: true, act: () => app.remove(chat) },
    ],
    over: (
      <>
        {over === "move" && (
          <MoveDialog chat={chat} put={(folder) => put({ folder }, say("folder.moved"))} close={close} />
        )}
        {over === "export" && <ExportDialog chat={chat} close={close} />}
      </>
    ),
  };
}

/** Bring the focus along to where a row has gone, where it has lost it on the way. */
function focusRow(chat: string): void {
  const isLost = document.activeElement === null || document.activeElement === document.body;
  if (isLost) document.querySelector<HTMLElement>(`[data-chat="${chat}"] a`)?.focus();
}
