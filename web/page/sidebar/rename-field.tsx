import type { Chat } from "../../shared/api";
import { useApp, useSay } from "../reader";
import { NameField } from "./name-field";

const LONGEST = 300;

/** The title of a chat while it is changed. */
export function RenameField({ chat, close }: { chat: Chat; close: () => void }) {
  const { chats } = useApp();
  const say = useSay();
  const keep = (title: string) => void chats.rename(chat.id, title);
  return <NameField label={say("rename.title")} name={chat.title} longest={LONGEST} keep={keep} close={close} />;
}
