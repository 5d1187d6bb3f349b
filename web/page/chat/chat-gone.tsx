import { Icon } from "../parts/icon";
import { useSay } from "../reader";

/** Stands where a temporary chat was, once it has gone. */
export function TemporaryEnded({ newChat }: { newChat: () => void }) {
  const say = useSay();
  return (
    <div className="temporary-ended" role="alert">
      <Icon name="temporary" />
      <h1>{say("temporary.ended")}</h1>
      <p>{say("temporary.ended.words")}</p>
      <button type="button" className="button button-main" onClick={newChat}>
        {say("chat.new")}
      </button>
    </div>
  );
}
