/** The chat that is open: what was said, and where to say more. */

import { goesThere } from "../../shared/setup";
import { Composer } from "../composer/composer";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import type { SidebarState } from "../sidebar/use-sidebar";
import { Toasts } from "../toasts";
import { later } from "../later";
import { ArchivedLine } from "./archived-line";
import { ChatGone } from "./chat-gone";
import { ChatHeader } from "./chat-header";
import { TemporaryLine } from "./temporary-line";
import { Transcript } from "./transcript";
import { useEndAnnounced } from "./use-end-announced";
import { useTitle } from "./use-title";
import { Welcome } from "./welcome";

const Elsewhere = later(() => import("../elsewhere/elsewhere"));

export function ChatView({ sidebar, newChat }: { sidebar: SidebarState; newChat: () => void }) {
  const app = useApp();
  const say = useSay();
  const id = useStored((state) => state.route.chat);
  const isEmpty = useStored((state) => state.branch.length === 0 && state.route.chat === state.chat?.id);
  const isNew = useStored((state) => state.branch.length === 0 && state.route.chat === null);
  const problem = useStored((state) => state.openProblem);
  const isTemporary = useStored((state) => state.isTemporary);
  const isBlank = useStored((state) => state.branch.length === 0);
  const isAway = useStored((state) => (state.chat !== null && state.always !== "") || goesThere(state));
  const isGone = problem?.code === "not_found";
  useTitle();
  useEndAnnounced();

  return (
    <div className="chat" data-empty={isNew || isEmpty || undefined} data-temporary={isTemporary || undefined}>
      <ChatHeader sidebar={sidebar} newChat={newChat} />
      {isTemporary && !isGone && <TemporaryLine />}
      <ArchivedLine />
      {problem !== null && !isGone && (
        <div className="chat-problem">
          <ProblemBox problem={problem}>
            <button type="button" className="button" onClick={() => void app.conversation.open(id)}>
              {say("retry")}
            </button>
          </ProblemBox>
        </div>
      )}
      {isNew || isEmpty ? <Welcome /> : isGone && isBlank ? null : <Transcript key={id} />}
      {isGone && <ChatGone isTemporary={isTemporary} newChat={newChat} />}
      {!(sidebar.isOver && sidebar.isOpen) && <Toasts />}
      <Elsewhere />
      {problem === null && <Composer />}
      <p className="disclosure" id="disclosure" data-testid="disclosure">
        {say(isAway ? "disclosure.there" : "disclosure")}
      </p>
    </div>
  );
}
