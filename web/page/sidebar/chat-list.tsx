import { type ReactNode, useEffect, useMemo, useRef } from "react";

import type { Chat } from "../../shared/api";
import { byDay, type Group } from "../../shared/days";
import { localeOf } from "../../shared/strings";
import { ProblemBox } from "../parts/problem-box";
import { IconButton } from "../parts/icon-button";
import { useApp, useReader, useSay, useStored } from "../reader";
import { ChatRow } from "./chat-row";
import { useDrop } from "./dropping";
import { FolderList } from "./folder-list";
import { useSpared } from "./use-spared";

interface Props {
  chosen: () => void;
}

/** The pinned chats, the folders, and the others under their days; more of them come as their reader scrolls. */
export function ChatList({ chosen }: Props) {
  const say = useSay();
  const chats = useSpared(useStored((state) => state.chats));
  const isEmpty = useStored((state) => state.isListed && state.chats.length + state.folders.length === 0);
  const open = useStored((state) => state.route.chat);
  const pinned = useMemo(() => chats.filter((chat) => chat.pinned), [chats]);
  const rows = (some: readonly Chat[]) => (
    <ul>
      {some.map((chat) => (
        <ChatRow key={chat.id} chat={chat} isOpen={chat.id === open} chosen={chosen} />
      ))}
    </ul>
  );
  return (
    <div className="sidebar-list">
      <OrderProblem />
      {isEmpty && <p className="sidebar-empty">{say("sidebar.empty")}</p>}
      {pinned.length > 0 && (
        <section>
          <h2 className="sidebar-day">{say("pinned")}</h2>
          {rows(pinned)}
        </section>
      )}
      <FolderList chosen={chosen} />
      <Days chats={chats} rows={rows} />
      <MoreChats />
    </div>
  );
}

/** The chats in no folder. One dropped here leaves the folder it was in. */
function Days({ chats, rows }: { chats: readonly Chat[]; rows: (some: readonly Chat[]) => ReactNode }) {
  const { order } = useApp();
  const groups = useMemo(() => byDay(chats.filter((chat) => !chat.pinned), new Date()), [chats]);
  const { isOver, drop } = useDrop((chat) => void order.put(chat, { folder: "" }));
  return (
    <div className="days" data-dropping={isOver || undefined} {...drop}>
      {groups.map((group) => (
        <section key={`${group.age}-${group.month}`}>
          <GroupName group={group} />
          {rows(group.chats)}
        </section>
      ))}
    </div>
  );
}

function GroupName({ group }: { group: Group }) {
  const { say, language } = useReader();
  const month = () => new Intl.DateTimeFormat(localeOf(language), { month: "long", year: "numeric" }).format(group.month);
  return <h2 className="sidebar-day">{group.age === "earlier" ? month() : say(`day.${group.age}`)}</h2>;
}

/** Why a chat or a folder has not gone where it was put. */
function OrderProblem() {
  const { store } = useApp();
  const say = useSay();
  const problem = useStored((state) => state.orderProblem);
  if (problem === null) return null;
  return (
    <ProblemBox problem={problem}>
      <IconButton icon="close" label={say("close")} onClick={() => store.set({ orderProblem: null })} />
    </ProblemBox>
  );
}

/** Asks for more chats when it comes into view. */
function MoreChats() {
  const { chats } = useApp();
  const further = useStored((state) => state.further);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (further === null || end.current === null) return;
    const watch = new IntersectionObserver(([entry]) => {
      if (entry?.isIntersecting) void chats.listMore();
    });
    watch.observe(end.current);
    return () => watch.disconnect();
  }, [chats, further]);
  return <div ref={end} />;
}
