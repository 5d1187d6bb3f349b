import { useSay } from "../reader";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp } from "../reader";
import type { useSetup } from "./use-setup";

/** Whether what is shown is with the server. */
export function SavedState({ setup }: { setup: ReturnType<typeof useSetup> }) {
  const { setups } = useApp();
  const say = useSay();
  const { chat, edit } = setup;
  if (edit?.problem) {
    return (
      <ProblemBox problem={edit.problem}>
        <p className="hint">{say("chatSettings.kept")}</p>
        <button type="button" className="button" onClick={() => void setups.send(chat)}>
          {say("retry")}
        </button>
      </ProblemBox>
    );
  }
  const state = chat === null ? "begin" : edit === undefined ? "saved" : "saving";
  return (
    <p className="saved-state" role="status" data-testid="saved-state">
      {state === "saved" && <Icon name="check" />}
      {say(`chatSettings.${state}`)}
    </p>
  );
}
