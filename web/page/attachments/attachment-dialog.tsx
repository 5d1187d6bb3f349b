/** Shows what an attached text says. It is shown as text, whatever it holds. */

import { useState } from "react";

import type { Attachment } from "../../shared/attachments";
import { Dialog } from "../dialogs/dialog";
import { CopyButton } from "../parts/copy-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import { useAttachmentText } from "./use-attachment-text";

/** Characters that are shown unasked: a browser takes long to set millions. */
const AT_ONCE = 100_000;

export function AttachmentDialog({ attachment, close }: { attachment: Attachment; close: () => void }) {
  const say = useSay();
  const { text, problem, fetchAgain } = useAttachmentText(attachment.source);
  const [most, setMost] = useState(AT_ONCE);
  const isWhole = text === null || text.length <= most;
  return (
    <Dialog title={attachment.name} className="attachment-dialog" close={close}>
      <div className="dialog-body">
        {problem !== null && (
          <ProblemBox problem={problem}>
            <button type="button" className="button" onClick={fetchAgain}>
              {say("retry")}
            </button>
          </ProblemBox>
        )}
        {problem === null && text === null && <p className="hint">{say("wait.loading.text")}</p>}
        {text !== null && (
          <pre className="attachment-text" data-testid="attachment-text" dir="auto" tabIndex={0} aria-label={attachment.name}>
            {isWhole ? text : text.slice(0, most)}
          </pre>
        )}
        {!isWhole && (
          <p className="hint">
            {say("attach.part", { shown: most, count: attachment.characters })}
            <button type="button" className="link-button" onClick={() => setMost(most + AT_ONCE)}>
              {say("attach.further")}
            </button>
          </p>
        )}
      </div>
      {text !== null && (
        <div className="dialog-acts">
          <CopyButton text={() => text} hasLabel />
          <SaveLink attachment={attachment} />
        </div>
      )}
    </Dialog>
  );
}

/** The server gives what it has as a file. */
function SaveLink({ attachment: { source, name } }: { attachment: Attachment }) {
  const { server } = useApp();
  const say = useSay();
  const chat = useStored((state) => state.chat?.id);
  if ("text" in source || chat === undefined) return null;
  return (
    <a className="button" href={server.api.attachmentPath(chat, source.message, source.number)} download={name}>
      {say("attach.save")}
    </a>
  );
}
