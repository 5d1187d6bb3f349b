import { useEffect, useMemo, useRef } from "react";

import { byDay, type Group } from "../../shared/days";
import { localeOf } from "../../shared/strings";
import { useApp, useReader, useSay, useStored } from "../reader";
import { ChatRow } from "./chat-row";
import { useShownChats } from "./use-shown-chats";

interface Props {
  chosen: () => void;
}

/** The chats under their days; more of them come as their reader scrolls. */
export function ChatList({ chosen }: Props) {
  const say = useSay();
  const chats = useShownChats();
  const isListed = useStored((state) => state.isListed);
  const open = useStored((state) => state.route.chat);
  const groups = useMemo(() => byDay(chats, new Date()), [chats]);
  return (
    <div className="sidebar-list">
      {isListed && chats.length === 0 && <p className="sidebar-empty">{say("sidebar.empty")}</p>}
      {groups.map((group) => (
        <section key={`${group.age}-${group.month}`}>
          <GroupName group={group} />
          <ul>
            {group.chats.map((chat) => (
              <ChatRow key={chat.id} chat={chat} isOpen={chat.id === open} chosen={chosen} />
            ))}
          </ul>
        </section>
      ))}
      <MoreChats />
    </div>
  );
}

function GroupName({ group }: { group: Group }) {
  const { say, language } = useReader();
  const month = () => new Intl.DateTimeFormat(localeOf(language), { month: "long", year: "numeric" }).format(group.month);
  return <h2 className="sidebar-day">{group.age === "earlier" ? month() : say(`day.${group.age}`)}</h2>;
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
