import type { Model } from "../../shared/api";
import { inWords } from "../bytes";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { Dialog } from "../dialogs/dialog";
import { useReader } from "../reader";
import { CommandLine } from "./command-line";

/** Asks before a model is removed, and says what that frees; or says why it stays. */
export function RemoveDialog({ model, close }: { model: Model; close: () => void }) {
  const { app, say, language } = useReader();
  const { name } = model;
  if (!model.removable) return <Stays model={model} close={close} />;
  const size = inWords(model.bytes, language);
  const work = async () => {
    await app.library.remove(name);
    if (app.store.get().model === name) app.store.set({ model: null });
  };
  return (
    <ConfirmDialog title={say("models.remove.title", { name })} act={say("models.remove")} work={work} close={close}>
      <p>{model.linked ? say("models.remove.linked", { name }) : say("models.remove.words", { name, size })}</p>
      {model.loaded && <p className="hint">{say("models.remove.loaded")}</p>}
    </ConfirmDialog>
  );
}

function Stays({ model, close }: { model: Model; close: () => void }) {
  const { say } = useReader();
  return (
    <Dialog title={say("models.remove.title", { name: model.name })} className="dialog-small" close={close}>
      <div className="dialog-body">
        <p>{say(model.is_starter ? "models.remove.starter" : "models.remove.answers", { name: model.name })}</p>
        {!model.is_starter && <CommandLine command="sotto settings set model starter" />}
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say("close")}
        </button>
      </div>
    </Dialog>
  );
}
