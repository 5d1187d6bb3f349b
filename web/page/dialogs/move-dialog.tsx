import { type FormEvent, useState } from "react";

import type { Chat } from "../../shared/api";
import { Icon } from "../parts/icon";
import { useSay, useStored } from "../reader";
import { Dialog } from "./dialog";

/** Characters of a folder's name; see store/order.py. */
const LONGEST = 100;

interface Props {
  chat: Chat;
  put: (folder: string) => Promise<void>;
  close: () => void;
}

/** Asks which folder a chat goes to, perhaps a new one. */
export function MoveDialog({ chat, put, close }: Props) {
  const say = useSay();
  const folders = useStored((state) => state.folders);
  const [name, setName] = useState("");

  const choose = (folder: string) => {
    close();
    if (folder !== chat.folder) void put(folder);
  };
  const create = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "") choose(name.trim());
  };
  return (
    <Dialog title={say("folder.title")} className="dialog-small" close={close}>
      <div className="dialog-body">
        <ul className="move-list">
          {["", ...folders.map((folder) => folder.name)].map((folder) => (
            <li key={folder}>
              <button
                type="button"
                className="menu-item"
                aria-current={folder === chat.folder ? "true" : undefined}
                onClick={() => choose(folder)}
              >
                <Icon name={folder === "" ? "close" : "folder"} />
                <span className="menu-words" dir="auto">
                  {folder || say("folder.none")}
                </span>
                {folder === chat.folder && <Icon name="check" />}
              </button>
            </li>
          ))}
        </ul>
        <form className="move-new" onSubmit={create}>
          <label htmlFor="new-folder">{say("folder.new")}</label>
          <input
            id="new-folder"
            className="field"
            placeholder={say("folder.name")}
            value={name}
            maxLength={LONGEST}
            autoComplete="off"
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="button button-main" disabled={name.trim() === ""}>
            {say("folder.create")}
          </button>
        </form>
      </div>
    </Dialog>
  );
}
