import { useState } from "react";

import type { Chat } from "../../shared/api";
import { type Problem, told } from "../../shared/problem";
import { titleOf } from "../chat-title";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { Dialog } from "./dialog";

/** Asks before a chat is deleted: nothing brings it back. */
export function DeleteDialog({ chat, close }: { chat: Chat; close: () => void }) {
  const app = useApp();
  const say = useSay();
  const [problem, setProblem] = useState<Problem | null>(null);

  const remove = async () => {
    try {
      await app.remove(chat.id);
      close();
    } catch (cause) {
      setProblem(told(cause));
    }
  };
  return (
    <Dialog title={say("delete.title")} className="dialog-small" close={close}>
      <div className="dialog-body">
        <p>{say("delete.words", { title: titleOf(chat, say) })}</p>
        {problem && <ProblemBox problem={problem} />}
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-danger" onClick={() => void remove()}>
          {say("delete")}
        </button>
      </div>
    </Dialog>
  );
}
