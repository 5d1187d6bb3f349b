/** What would leave for an answer from elsewhere, exactly, before it does; and what is to become of it. */

import { Dialog } from "../dialogs/dialog";
import { depart, keepHere } from "../../shared/departing";
import { offerFor } from "../../shared/whither";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useStored } from "../reader";
import { useWork } from "../use-work";
import { Anew } from "./anew";
import { HiddenList } from "./hidden-list";
import { OutgoingText } from "./outgoing-text";
import { forget } from "./use-kept";
import { usePreview } from "./use-preview";
import { Whither } from "./whither";
import { useTell } from "./words";

interface Props {
  chat: string;
  question: string;
  upstream: string;
  close: () => void;
}

/** The code of a server that says no: here, that what would leave is not any more what was seen. */
const REFUSED = "refused";

export function LeavingDialog({ chat, question, upstream, close }: Props) {
  const { server, comparing, conversation } = useApp();
  const tell = useTell();
  const asked = useStored((state) => state.branch.find(({ id }) => id === question));
  const isAnswered = useStored((state) => state.branch.some(({ parent }) => parent === question));
  const offered = useStored((state) => offerFor(state.branch, question, upstream));
  const { preview, edits, rows, problem, isCurrent, edit, again } = usePreview(chat, question, upstream);
  const sending = useWork();
  const isChanged = sending.problem?.code === REFUSED;

  const keep = () => {
    forget(question);
    close();
    if (!isAnswered) return void conversation.answer(question);
    if (offered === null) return;
    void server.attempt((api) => keepHere(api, chat, offered.id)).then(() => conversation.refresh());
  };
  const send = (always: boolean) =>
    void sending.run(async () => {
      if (preview === null) return;
      const agreed = { upstream, ...edits, never: [...edits.never], own: [...edits.own], seal: preview.seal, always };
      try {
        await server.do((api) => depart(api, chat, question, agreed));
      } catch (cause) {
        again();
        throw cause;
      }
      if (isAnswered) comparing.show(chat, question);
      forget(question);
      close();
      void conversation.refresh();
    });
  const isReady = isCurrent && !sending.isBusy;

  return (
    <Dialog title={tell("title", { name: upstream })} className="leaving" close={close}>
      <div className="dialog-body">
        {problem && <ProblemBox problem={problem} />}
        {sending.problem && (isChanged ? <p role="alert">{tell("changed")}</p> : <ProblemBox problem={sending.problem} />)}
        {preview === null && !problem && <p className="hint">{tell("looking")}</p>}
        {preview && (
          <>
            <Whither preview={preview} />
            <OutgoingText preview={preview} />
            <HiddenList question={question} rows={rows} edits={edits} edit={edit} />
            <Anew id={question} question={asked?.text ?? ""} edits={edits} edit={edit} />
          </>
        )}
      </div>
      <div className="dialog-acts leaving-acts">
        <button type="button" className="button" onClick={keep}>
          {tell("keep")}
        </button>
        <button type="button" className="button" disabled={!isReady} onClick={() => send(true)}>
          {tell(offered?.offer?.route === "ask" ? "always.ask" : "always")}
        </button>
        <button type="button" className="button button-main" disabled={!isReady} onClick={() => send(false)}>
          {tell("send")}
        </button>
      </div>
    </Dialog>
  );
}
