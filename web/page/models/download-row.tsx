/** One download: how far it is, and what can be done about it. */

import { useState } from "react";

import { type Download, isUnderWay, share } from "../../shared/downloads";
import type { Language, Say } from "../../shared/strings";
import { inWords } from "../bytes";
import { ConfirmDialog } from "../dialogs/confirm-dialog";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader } from "../reader";
import { useWork } from "../use-work";

interface Props {
  download: Download;
  use: (name: string) => void;
  get: (ref: string) => void;
}

export function DownloadRow({ download, use, get }: Props) {
  const { say, language } = useReader();
  const { library } = useApp();
  const work = useWork();
  const [isLeaving, setLeaving] = useState(false);
  const { name, state, problem } = download;
  const useNow = () => {
    library.dismiss(download);
    use(name);
  };
  const resume = async () => {
    await work.run(() => library.resume(download));
  };
  const licenceIsOpen = work.problem?.code === "licence_refused";

  return (
    <li className="download" data-testid={`download-${name}`} data-state={state}>
      <div className="download-head">
        <h4>{name}</h4>
        <div className="model-acts">
          {isUnderWay(download) && (
            <button type="button" className="button" disabled={work.isBusy} onClick={() => void work.run(() => library.pause(download))}>
              {say("download.pause")}
            </button>
          )}
          {(state === "stopped" || state === "interrupted" || state === "failed") && (
            <button type="button" className="button" disabled={work.isBusy} onClick={() => void resume()}>
              {say(state === "failed" ? "models.try" : "download.resume")}
            </button>
          )}
          {state === "done" ? (
            <>
              <button type="button" className="button button-main" onClick={useNow}>
                {say("download.use")}
              </button>
              <IconButton icon="close" label={say("download.dismiss", { name })} onClick={() => library.dismiss(download)} />
            </>
          ) : (
            <IconButton icon="trash" label={say("download.discard.named", { name })} onClick={() => setLeaving(true)} />
          )}
        </div>
      </div>
      {state !== "done" && <DownloadBar download={download} />}
      <p className="model-facts" data-testid="download-words">
        {state === "done" && <Icon name="check" />}
        {downloadWords(download, say, language)}
      </p>
      {state === "failed" && problem !== null && <ProblemBox problem={problem} />}
      {work.problem && (
        <ProblemBox problem={work.problem}>
          {licenceIsOpen && (
            <button type="button" className="button" onClick={() => get(download.ref)}>
              {say("licence")}
            </button>
          )}
        </ProblemBox>
      )}
      {isLeaving && (
        <ConfirmDialog
          title={say("download.discard.title", { name })}
          act={say("download.discard")}
          work={() => library.discard(download)}
          close={() => setLeaving(false)}
        >
          <p>{say("download.discard.words", { received: inWords(download.received, language) })}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

export function DownloadBar({ download }: { download: Download }) {
  const { say } = useReader();
  const part = share(download);
  return <progress max={1} value={part ?? undefined} aria-label={say("download.progress", { name: download.name })} />;
}

function downloadWords(download: Download, say: Say, language: Language): string {
  const { state, received, bytes, perSecond, secondsLeft, sha256 } = download;
  const here = inWords(received, language);
  const amount = bytes === null ? here : say("download.amount", { received: here, size: inWords(bytes, language) });
  switch (state) {
    case "running": {
      const speed = perSecond === null ? [] : [say("download.speed", { speed: inWords(perSecond, language) })];
      const left = secondsLeft === null ? [] : [leftWords(secondsLeft, say)];
      return [amount, ...speed, ...left].join(" · ");
    }
    case "checking":
      return say(sha256 === null ? "download.reading" : "download.checking");
    case "done":
      return say(sha256 === null ? "download.done.unannounced" : "download.done");
    case "failed":
      return amount;
    default:
      return say(`download.${state}`, { amount });
  }
}

function leftWords(seconds: number, say: Say): string {
  if (seconds < 60) return say("download.left.seconds", { count: Math.max(seconds, 1) });
  if (seconds < 5_400) return say("download.left.minutes", { count: Math.round(seconds / 60) });
  return say("download.left.hours", { count: Math.round(seconds / 360) / 10 });
}
