/** What comes, in a line beside the chats, with the way to all of it. */

import { isUnderWay, share } from "../../shared/downloads";
import { useApp, useReader } from "../reader";
import { DownloadBar } from "./download-row";
import { useLibrary } from "./use-library";

export function DownloadNote() {
  const app = useApp();
  const { say } = useReader();
  const coming = useLibrary((state) => state.downloads.find(isUnderWay));
  const come = useLibrary((state) => state.downloads.find((one) => one.state === "done"));
  const shown = coming ?? come;
  if (shown === undefined) return null;
  const part = share(shown);
  return (
    <button type="button" className="download-note" data-testid="download-note" onClick={() => app.openPanel("models")}>
      <span className="download-note-words">
        <span>{shown.name}</span>
        <span>{coming ? part !== null && say("download.percent", { percent: Math.floor(part * 100) }) : say("download.ready")}</span>
      </span>
      {coming && <DownloadBar download={coming} />}
    </button>
  );
}
