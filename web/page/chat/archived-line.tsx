import { Icon } from "../parts/icon";
import { useApp, useSay, useStored } from "../reader";

/** Says that the chat that is open is in no list, and takes it back there. */
export function ArchivedLine() {
  const { order } = useApp();
  const say = useSay();
  const chat = useStored((state) => (state.chat?.archived ? state.chat.id : null));
  if (chat === null) return null;
  return (
    <div className="chat-line">
      <p>
        <Icon name="archive" />
        {say("archived.line")}
      </p>
      <button type="button" className="quiet-button" onClick={() => void order.put(chat, { archived: false })}>
        {say("unarchive")}
      </button>
    </div>
  );
}
