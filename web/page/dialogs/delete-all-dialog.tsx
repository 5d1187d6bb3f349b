import { type FormEvent, useId, useState } from "react";

import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { useWork } from "../use-work";
import { Dialog } from "./dialog";

/** Asks for a word before everything is deleted: nothing brings it back. */
export function DeleteAllDialog({ done, close }: { done: () => void; close: () => void }) {
  const app = useApp();
  const say = useSay();
  const field = useId();
  const [typed, setTyped] = useState("");
  const { isBusy, problem, run } = useWork();
  const word = say("deleteAll.word");
  const isSure = typed.trim().toLocaleLowerCase() === word;

  const remove = async (event: FormEvent) => {
    event.preventDefault();
    if (!isSure || isBusy) return;
    if (await run(() => app.removeAll())) done();
  };
  return (
    <Dialog title={say("deleteAll.title")} className="dialog-small" close={close}>
      <form onSubmit={(event) => void remove(event)}>
        <div className="dialog-body">
          <p>{say("deleteAll.words")}</p>
          {problem && <ProblemBox problem={problem} />}
          <div className="sure">
            <label htmlFor={field}>{say("deleteAll.type", { word })}</label>
            <input
              id={field}
              className="field"
              value={typed}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          </div>
        </div>
        <div className="dialog-acts">
          <button type="button" className="button" onClick={close}>
            {say("cancel")}
          </button>
          <button type="submit" className="button button-danger" disabled={!isSure || isBusy}>
            {say(isBusy ? "deleteAll.busy" : "deleteAll.act")}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
