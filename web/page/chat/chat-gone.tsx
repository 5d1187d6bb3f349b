import { Icon } from "../parts/icon";
import { useApp, useSay } from "../reader";

interface Props {
  /** Whether nothing of it was stored. */
  isTemporary: boolean;
  newChat: () => void;
}

/** Stands where a chat was that is gone. */
export function ChatGone({ isTemporary, newChat }: Props) {
  const { drafts } = useApp();
  const say = useSay();
  return (
    <div className="chat-gone" role="alert">
      <Icon name={isTemporary ? "temporary" : "trash"} />
      <h1>{say(isTemporary ? "temporary.ended" : "problem.not_found")}</h1>
      <p>{say(isTemporary ? "temporary.ended.words" : "next.not_found")}</p>
      {!isTemporary && drafts.get(null) !== "" && <p>{say("gone.draft")}</p>}
      <button type="button" className="button button-main" onClick={newChat}>
        {say("chat.new")}
      </button>
    </div>
  );
}
