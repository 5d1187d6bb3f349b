/** The chats that are archived: to open, to put back, to delete. */

import { useEffect, useState } from "react";

import type { Chat, ChatList } from "../../shared/api";
import { pathOf } from "../../shared/route";
import { localeOf } from "../../shared/strings";
import { titleOf } from "../chat-title";
import { useAnnounce } from "../parts/announcer";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader, useSay, useStored } from "../reader";
import { useSpared } from "../sidebar/use-spared";
import { Toasts } from "../toasts";
import { Dialog } from "./dialog";

const AT_ONCE = 50;
const NONE: readonly Chat[] = [];

/** `opened` hears that one was chosen, so that all that lies over it can go. */
export function ArchivedDialog({ opened, close }: { opened: () => void; close: () => void }) {
  const app = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const { list, more, again } = useArchived();
  const chats = useSpared(list?.chats ?? NONE);
  const problem = useStored((state) => state.orderProblem);

  const putBack = async (chat: Chat) => {
    if (await app.order.put(chat.id, { archived: false })) announce(say("unarchive.done"));
    await again();
  };
  return (
    <Dialog title={say("archived")} close={close}>
      <div className="dialog-body archived">
        {problem && <ProblemBox problem={problem} />}
        {list !== null && chats.length === 0 && <p className="hint">{say("archived.none")}</p>}
        <ul>
          {chats.map((chat) => (
            <ArchivedRow
              key={chat.id}
              chat={chat}
              open={() => {
                opened();
                app.go(chat.id);
              }}
              putBack={() => void putBack(chat)}
              remove={() => app.remove(chat)}
            />
          ))}
        </ul>
        {list !== null && list.further !== null && (
          <button type="button" className="button" onClick={() => void more()}>
            {say("folder.more")}
          </button>
        )}
      </div>
      <Toasts />
    </Dialog>
  );
}

interface RowProps {
  chat: Chat;
  open: () => void;
  putBack: () => void;
  remove: () => void;
}

function ArchivedRow({ chat, open, putBack, remove }: RowProps) {
  const { say, language } = useReader();
  const title = titleOf(chat, say);
  const day = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium" }).format(chat.changed * 1000);
  return (
    <li className="archived-row">
      <a
        href={pathOf({ chat: chat.id, panel: null })}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens it elsewhere
          event.preventDefault();
          open();
        }}
      >
        <span className="chat-row-title" dir="auto">
          {title}
        </span>
        <small>{day}</small>
      </a>
      <IconButton icon="unarchive" label={say("unarchive.one", { title })} onClick={putBack} />
      <IconButton icon="trash" label={say("delete.one", { title })} onClick={remove} />
    </li>
  );
}

/** The list as far as it was asked for; null until it has come. */
function useArchived() {
  const { server } = useApp();
  const [list, setList] = useState<ChatList | null>(null);
  const again = async () => {
    const many = Math.min(Math.max(list?.chats.length ?? 0, AT_ONCE), 200);
    const found = await server.attempt((api) => api.chats("archived", many));
    if (found !== null) setList(found);
  };
  const more = async () => {
    if (list === null) return;
    const found = await server.attempt((api) => api.chats("archived", AT_ONCE, list.further));
    if (found !== null) setList({ chats: [...list.chats, ...found.chats], further: found.further });
  };
  useEffect(() => void again(), []);
  return { list, more, again };
}
