import { useApp, useSay } from "../reader";
import { Dialog } from "./dialog";

/** Asks before a folder is dissolved. */
export function DissolveDialog({ name, close }: { name: string; close: () => void }) {
  const { order } = useApp();
  const say = useSay();
  const dissolve = () => {
    close();
    void order.renameFolder(name, "");
  };
  return (
    <Dialog title={say("folder.dissolve.title")} className="dialog-small" close={close}>
      <div className="dialog-body">
        <p>{say("folder.dissolve.words", { name })}</p>
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-main" onClick={dissolve}>
          {say("folder.dissolve")}
        </button>
      </div>
    </Dialog>
  );
}
