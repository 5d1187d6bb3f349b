import { editOf } from "../../shared/setup";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";

/** Says that a preset was laid over this chat, once it was, and takes that back. */
export function AppliedNote() {
  const { setups, store } = useApp();
  const say = useSay();
  const chat = useStored((state) => state.route.chat);
  const applied = useStored((state) => state.applied);
  const edit = useStored((state) => editOf(state, chat));
  if (applied === null || applied.chat !== chat) return null;
  if (edit?.problem) {
    return (
      <ProblemBox problem={edit.problem}>
        <button type="button" className="button" onClick={() => void setups.send(chat)}>
          {say("retry")}
        </button>
      </ProblemBox>
    );
  }
  const isSaving = chat !== null && edit !== undefined;
  return (
    <p className="applied" role="status" data-testid="applied">
      <span>{isSaving ? say("chatSettings.saving") : say("preset.applied", { name: applied.name })}</span>
      <button type="button" className="quiet-button" onClick={() => setups.undo()}>
        {say("undo")}
      </button>
      <IconButton icon="close" label={say("close")} onClick={() => store.set({ applied: null })} />
    </p>
  );
}
