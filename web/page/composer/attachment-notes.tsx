/** All that is to be known of what is attached, or could not be, before it is sent. */

import { useEffect } from "react";

import { isTooMuch, MOST, MOST_BYTES, MOST_TOGETHER, type Remark, tokensOf } from "../../shared/attachments";
import { later } from "../later";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { useApp, useSay, useStored } from "../reader";
import type { Attachments } from "./use-attachments";

const MOST_REMARKS = 4;

/** What is said of a text that is attached. */
const INFORMING: ReadonlySet<Remark["code"]> = new Set(["encoding", "read"]);

const MEGABYTE = 1_000_000;

const PasswordForm = later(() => import("../parts/password-form"));

/** As fine as a guess may be told. */
const ROUNDED = 100;

export function AttachmentNotes({ attachments, text }: { attachments: Attachments; text: string }) {
  const { list, remarks, isReading, isFleeting, unlock, dismiss } = attachments;
  const say = useSay();
  const window = useWindow(list.length > 0);
  const tokens = tokensOf(text, list);
  return (
    <>
      {remarks.length > 0 && <Remarks remarks={remarks} unlock={unlock} dismiss={dismiss} />}
      {list.length > 0 && isTooMuch(tokens, window) && (
        <p className="attach-note" role="status">
          <Icon name="warning" />
          {say("attach.unfit", { tokens: Math.ceil(tokens / ROUNDED) * ROUNDED, window })}
        </p>
      )}
      {isFleeting && (
        <p className="attach-note" role="status">
          <Icon name="info" />
          {say("attach.fleeting")}
        </p>
      )}
      {isReading && (
        <p className="attach-note" role="status">
          {say("attach.reading")}
        </p>
      )}
    </>
  );
}

function Remarks({ remarks, unlock, dismiss }: Pick<Attachments, "remarks" | "unlock" | "dismiss">) {
  const say = useSay();
  const told = [...remarks.filter(isLocked), ...remarks.filter((one) => !isLocked(one))].slice(0, MOST_REMARKS);
  const most = { many: MOST, large: MOST_BYTES / MEGABYTE, together: MOST_TOGETHER / MEGABYTE };
  return (
    <div className="attach-remarks" role="alert" data-testid="remarks">
      <Icon name={remarks.every(({ code }) => INFORMING.has(code)) ? "info" : "warning"} />
      <ul>
        {told.map((remark, at) => (
          <li key={`${at} ${remark.name}`}>
            {say(`attach.no.${remark.code}`, { name: remark.name, kind: remark.kind, most: most[remark.code as keyof typeof most] ?? 0 })}
            {isLocked(remark) && <PasswordForm name={remark.name} open={(password) => unlock(remark, password)} />}
          </li>
        ))}
        {told.length < remarks.length && <li>{say("attach.more", { count: remarks.length - told.length })}</li>}
      </ul>
      <IconButton icon="close" label={say("close")} onClick={dismiss} />
    </div>
  );
}

const isLocked = ({ code }: Remark): boolean => code === "locked";

/** How many tokens the model that is to answer sees at once, as far as that is known without loading it. */
function useWindow(isNeeded: boolean): number | null {
  const { server, store } = useApp();
  const window = useStored(({ model, models, status }) => {
    const name = model ?? status?.model;
    const loaded = models.find((one) => one.name === name)?.loaded;
    return loaded?.window ?? status?.window ?? null;
  });
  const isUnknown = isNeeded && window === null;
  useEffect(() => {
    // It may have been loaded since the page last asked.
    if (isUnknown) void server.attempt((api) => api.models()).then((shelf) => shelf && store.set({ models: shelf.models }));
  }, [server, store, isUnknown]);
  return window;
}
