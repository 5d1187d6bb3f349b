/** Texts that are attached: each can be looked at and, where that is offered, removed. */

import { useState } from "react";

import { type Attachment, MOST_WRITTEN } from "../../shared/attachments";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { useSay } from "../reader";
import { AttachmentDialog } from "./attachment-dialog";

interface Props {
  list: readonly Attachment[];
  /** Whether the server has not named the question yet, so that nothing can be fetched. */
  isUnnamed?: boolean;
  remove?: (attachment: Attachment) => void;
  /** Takes a pasted text back into the message. */
  restore?: (attachment: Attachment) => void;
}

export function AttachmentList({ list, isUnnamed = false, remove, restore }: Props) {
  const say = useSay();
  const [open, setOpen] = useState<Attachment | null>(null);
  if (list.length === 0) return null;
  return (
    <>
      <ul className="attachments" aria-label={say("attach.list")} data-testid="attachments">
        {list.map((one, at) => (
          <li key={`${at} ${one.name}`} className="attachment">
            <button
              type="button"
              className="attachment-open"
              title={one.name}
              aria-label={say("attach.open", { name: one.name, count: one.characters })}
              disabled={isUnnamed}
              onClick={() => setOpen(one)}
            >
              <Icon name="file" />
              <span className="attachment-words">
                <bdi className="attachment-name">{one.name}</bdi>
                <small>{say("attach.characters", { count: one.characters })}</small>
              </span>
            </button>
            {restore && one.isPasted && one.characters <= MOST_WRITTEN && (
              <IconButton icon="unpaste" label={say("attach.restore", { name: one.name })} onClick={() => restore(one)} />
            )}
            {remove && (
              <IconButton icon="close" label={say("attach.remove", { name: one.name })} onClick={() => remove(one)} />
            )}
          </li>
        ))}
      </ul>
      {open !== null && <AttachmentDialog attachment={open} close={() => setOpen(null)} />}
    </>
  );
}
