import type { Message } from "../../shared/api";
import { titleOf } from "../chat-title";
import { Icon } from "../parts/icon";
import { Menu, type MenuItem } from "../parts/menu";
import { useApp, useSay, useStored } from "../reader";
import { useLeaving } from "./use-leaving";

interface Props {
  message: Message;
  isBusy: boolean;
  /** What stands above what every message has. */
  before?: readonly MenuItem[];
}

/** What is done with a message more seldom. */
export function MessageMenu({ message, isBusy, before = [] }: Props) {
  const { messages, store } = useApp();
  const say = useSay();
  const isTemporary = useStored((state) => state.isTemporary);
  const { below, alternatives } = message;
  const isVersion = alternatives.length > 1;
  const remove = isVersion ? (below > 0 ? "remove.versionMore" : "remove.version") : below > 0 ? "remove.more" : "remove.one";
  const fork = () => {
    const { chat } = store.get();
    if (chat !== null) void messages.fork(message, say("fork.title", { title: titleOf(chat, say) }));
  };
  const leaving = useLeaving(message.role === "user" ? message.id : message.parent);
  const forks: MenuItem[] = isTemporary ? [] : [{ label: say("act.fork"), icon: "fork", act: fork }];
  // While an answer is written, what it is to and what it is part of must stay.
  const items: MenuItem[] = isBusy
    ? [...before]
    : [
        ...before,
        ...leaving,
        ...forks,
        { label: say(remove, { below }), icon: "trash", isDangerous: true, act: () => messages.remove(message) },
      ];
  return (
    <Menu label={say("act.more")} className="icon-button message-more" items={items} isDisabled={items.length === 0}>
      <Icon name="more" />
    </Menu>
  );
}
