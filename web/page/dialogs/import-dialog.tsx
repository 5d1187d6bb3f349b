/** Takes chats in from a file: chosen or dropped, with its progress, and what came of it. */

import { type ChangeEvent, type DragEvent, useEffect, useRef, useState } from "react";

import { type Import, importFile, type Importing } from "../../shared/importing";
import { useAnnounce } from "../parts/announcer";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { Dialog } from "./dialog";
import { ImportReport } from "./import-report";

export function ImportDialog({ close }: { close: () => void }) {
  const app = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const [now, setNow] = useState<Import | null>(null);
  const [name, setName] = useState("");
  const importing = useRef<Importing | null>(null);

  // What the server has already goes on without this dialog; what is still on its way does not.
  const isSending = now?.phase === "sending";
  const sending = useRef(isSending);
  sending.current = isSending;
  useEffect(() => () => void (sending.current && importing.current?.stop()), []);

  const take = (file: File | undefined) => {
    if (file === undefined) return;
    const { api } = app.server;
    setName(file.name);
    importing.current = importFile(file, {
      path: api.importPath,
      language: document.documentElement.lang,
      stop: () => app.server.attempt((it) => it.stopImport()),
      told: (state) => {
        setNow(state);
        if (state.phase === "done" || state.phase === "stopped") void app.list();
        if (state.phase === "done") announce(say("import.done"));
        if (state.phase === "stopped") announce(say("import.stopped"));
      },
    });
  };
  const isIdle = now === null || now.phase === "done" || now.phase === "stopped" || now.phase === "failed";
  return (
    <Dialog title={say("import.title")} className="dialog-small" close={close}>
      <div className="dialog-body">
        {now?.phase === "failed" && <ProblemBox problem={now.problem} />}
        {now?.phase === "stopped" && <p>{say("import.stopped")}</p>}
        {now?.phase === "done" && <ImportReport report={now.report} />}
        {isIdle ? <FileChoice isFirst={now === null} take={take} /> : <Progress now={now} name={name} />}
      </div>
      <div className="dialog-acts">
        {!isIdle && (
          <button
            type="button"
            className="button"
            disabled={now.phase === "stopping"}
            onClick={() => importing.current?.stop()}
          >
            {say("stop")}
          </button>
        )}
        <button type="button" className="button" onClick={close}>
          {say("close")}
        </button>
      </div>
    </Dialog>
  );
}

/** Where a file is chosen or dropped. */
function FileChoice({ isFirst, take }: { isFirst: boolean; take: (file: File | undefined) => void }) {
  const say = useSay();
  const [isOver, setOver] = useState(false);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    take(event.target.files?.[0]);
    event.target.value = ""; // so that the same one can be chosen again
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <div
      className="import-drop"
      data-dropping={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {isFirst && <p>{say("import.words")}</p>}
      <label className="button button-main">
        <Icon name="import" />
        {say(isFirst ? "import.choose" : "import.another")}
        <input type="file" className="off-screen" accept=".json,.zip,application/json,application/zip" onChange={choose} />
      </label>
      <p className="hint">{say("import.drop")}</p>
    </div>
  );
}

function Progress({ now, name }: { now: Import; name: string }) {
  const say = useSay();
  const share = now.phase === "sending" ? now.share : null;
  const words = now.phase === "stopping" ? say("import.stopping") : say(share === null ? "import.reading" : "import.sending");
  return (
    <div className="import-progress">
      <p className="import-name" dir="auto">
        {name}
      </p>
      <progress aria-label={words} {...(share !== null && { value: share })} />
      <p className="hint">
        {words}
        {share !== null && ` ${Math.round(share * 100)} %`}
      </p>
    </div>
  );
}
