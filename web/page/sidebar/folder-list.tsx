/** The folders, each with its chats once it is looked into. */

import { useState } from "react";

import type { Chat, Folder } from "../../shared/api";
import { DissolveDialog } from "../dialogs/dissolve-dialog";
import { Icon } from "../parts/icon";
import { Menu } from "../parts/menu";
import { useApp, useSay, useStored } from "../reader";
import { ChatRow } from "./chat-row";
import { useDrop } from "./dropping";
import { NameField } from "./name-field";
import { useSpared } from "./use-spared";

/** Characters of a folder's name; see store/order.py. */
const LONGEST_FOLDER = 100;

const NONE: readonly Chat[] = [];

interface Props {
  chosen: () => void;
}

export function FolderList({ chosen }: Props) {
  const say = useSay();
  const folders = useStored((state) => state.folders);
  if (folders.length === 0) return null;
  return (
    <section>
      <h2 className="sidebar-day">{say("folders")}</h2>
      <ul>
        {folders.map((folder) => (
          <FolderRow key={folder.name} folder={folder} chosen={chosen} />
        ))}
      </ul>
    </section>
  );
}

function FolderRow({ folder, chosen }: Props & { folder: Folder }) {
  const app = useApp();
  const say = useSay();
  const [isRenamed, setRenamed] = useState(false);
  const [isDoomed, setDoomed] = useState(false);
  const filed = useStored((state) => state.filed[folder.name]);
  const chats = useSpared(filed?.chats ?? NONE);
  const open = useStored((state) => state.route.chat);
  const { isOver, drop } = useDrop((chat) => void app.order.put(chat, { folder: folder.name }));
  const { name } = folder;

  return (
    <li className="folder" data-dropping={isOver || undefined} {...drop}>
      {isRenamed ? (
        <NameField
          label={say("folder.name")}
          name={name}
          longest={LONGEST_FOLDER}
          keep={(to) => void app.order.renameFolder(name, to)}
          close={() => setRenamed(false)}
        />
      ) : (
        <div className="folder-head">
          <button
            type="button"
            className="folder-toggle"
            aria-expanded={filed !== undefined}
            onClick={() => void app.folders.toggle(name)}
          >
            <Icon name={filed === undefined ? "folder" : "folderOpen"} />
            <span className="folder-name" dir="auto">
              {name}
            </span>
            <span className="folder-count" aria-hidden="true">
              {folder.chats}
            </span>
            <span className="off-screen">{say("folder.chats", { count: folder.chats })}</span>
          </button>
          <Menu
            label={say("folder.actions", { name })}
            className="icon-button chat-row-more"
            items={[
              { label: say("folder.rename"), icon: "edit", act: () => setRenamed(true) },
              { label: say("folder.dissolve"), icon: "close", act: () => setDoomed(true) },
            ]}
          >
            <Icon name="more" />
          </Menu>
        </div>
      )}
      {filed !== undefined && (
        <ul className="folder-chats">
          {chats.map((chat) => (
            <ChatRow key={chat.id} chat={chat} isOpen={chat.id === open} chosen={chosen} />
          ))}
          {filed.further !== null && (
            <li>
              <button type="button" className="quiet-button folder-more" onClick={() => void app.folders.listMore(name)}>
                {say("folder.more")}
              </button>
            </li>
          )}
        </ul>
      )}
      {isDoomed && <DissolveDialog name={name} close={() => setDoomed(false)} />}
    </li>
  );
}
