import type { ReactNode } from "react";

import { ProblemBox } from "../parts/problem-box";
import { useSay } from "../reader";
import { useWork } from "../use-work";
import { Dialog } from "./dialog";

interface Props {
  title: string;
  /** What the button that does it says. */
  act: string;
  work: () => Promise<void>;
  close: () => void;
  children: ReactNode;
}

/** Asks before something is gone that nothing brings back. */
export function ConfirmDialog({ title, act, work, close, children }: Props) {
  const say = useSay();
  const { isBusy, problem, run } = useWork();
  const confirm = async () => {
    if (await run(work)) close();
  };
  return (
    <Dialog title={title} className="dialog-small" close={close}>
      <div className="dialog-body">
        {children}
        {problem && <ProblemBox problem={problem} />}
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-danger" disabled={isBusy} onClick={() => void confirm()}>
          {act}
        </button>
      </div>
    </Dialog>
  );
}
