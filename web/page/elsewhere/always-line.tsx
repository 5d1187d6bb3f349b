import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp } from "../reader";
import { useWork } from "../use-work";
import { useTell } from "./words";

/** Says that a chat is answered elsewhere, and ends that. */
export function AlwaysLine({ chat, name }: { chat: string; name: string }) {
  const { server, conversation } = useApp();
  const tell = useTell();
  const { isBusy, problem, run } = useWork();
  const end = () =>
    void run(async () => {
      await server.do((api) => api.endConsent(chat));
      await conversation.refresh();
      document.getElementById("message")?.focus();
    });
  return (
    <div className="chat-line always-line" data-testid="always">
      <p>
        <Icon name="export" />
        {tell("always.line", { name })}
      </p>
      <button type="button" className="quiet-button" disabled={isBusy} onClick={end}>
        {tell("always.end")}
      </button>
      {problem && <ProblemBox problem={problem} />}
    </div>
  );
}
