import { endConsent } from "../../shared/departing";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useStored } from "../reader";
import { useWork } from "../use-work";
import { useTell } from "./words";

/** Says that a chat is answered elsewhere, and ends that. */
export function AlwaysLine({ chat, name }: { chat: string; name: string }) {
  const { server, conversation } = useApp();
  const tell = useTell();
  const isAsking = useStored((state) => state.chosen?.route === "ask");
  const { isBusy, problem, run } = useWork();
  const end = () =>
    void run(async () => {
      await server.do((api) => endConsent(api, chat));
      await conversation.refresh();
      document.getElementById("message")?.focus();
    });
  return (
    <div className="chat-line always-line" data-testid="always">
      <p>
        <Icon name="export" />
        {tell(isAsking ? "always.line.ask" : "always.line", { name })}
      </p>
      <button type="button" className="quiet-button" disabled={isBusy} onClick={end}>
        {tell("always.end")}
      </button>
      {problem && <ProblemBox problem={problem} />}
    </div>
  );
}
