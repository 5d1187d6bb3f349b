import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import { useWork } from "../use-work";

/** Says that nothing of this chat is stored, and lets it be kept after all, or ended. */
export function TemporaryLine() {
  const app = useApp();
  const say = useSay();
  const hasBegun = useStored((state) => state.chat !== null);
  const isBusy = useStored((state) => state.live !== null);
  const { problem, run } = useWork();

  const end = () => {
    app.go(null);
    document.getElementById("message")?.focus();
  };
  return (
    <div className="chat-line chat-line-temporary">
      <p>
        <Icon name="temporary" />
        {say("temporary.line")}
      </p>
      {hasBegun && (
        <div className="chat-line-acts">
          <button type="button" className="quiet-button" disabled={isBusy} onClick={() => void run(() => app.temporary.keep())}>
            {say("temporary.keep")}
          </button>
          <button type="button" className="quiet-button" onClick={end}>
            {say("temporary.end")}
          </button>
        </div>
      )}
      {problem && <ProblemBox problem={problem} />}
    </div>
  );
}
