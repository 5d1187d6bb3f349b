/** What is attached to the message being written: kept with its draft, and remarked on where it cannot be. */

import { useEffect, useRef, useState } from "react";

import { type Attachment, attachmentOf, joined, pastedName, plainName, type Remark } from "../../shared/attachments";
import { readAnywhere, readLocked } from "../../shared/reading";
import { useAnnounce } from "../parts/announcer";
import { useApp, useSay, useStored } from "../reader";

export interface Attachments {
  list: readonly Attachment[];
  remarks: readonly Remark[];
  isReading: boolean;
  /** Whether the browser keeps the texts only for this visit. */
  isFleeting: boolean;
  add: (files: readonly File[], folders?: readonly string[]) => Promise<void>;
  /** Attaches what a remark says is locked. Throws what is wrong. */
  unlock: (remark: Remark, password: string) => Promise<void>;
  addPasted: (text: string) => void;
  remove: (attachment: Attachment) => void;
  /** Takes all away, since they are being sent: they stay drafts until the server has them. */
  hand: () => readonly Attachment[];
  dismiss: () => void;
}

export function useAttachments(): Attachments {
  const { drafts, server, store } = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const chat = useStored((state) => state.route.chat);
  const problem = useStored((state) => state.askProblem);
  const [list, setList] = useState(() => drafts.attached(chat));
  const [remarks, setRemarks] = useState<readonly Remark[]>([]);
  const [reading, setReading] = useState(0);
  // What is read meanwhile comes to what is shown by then.
  const shown = useRef(list);

  const show = (now: readonly Attachment[]) => {
    shown.current = now;
    setList(now);
  };
  useEffect(() => {
    show(drafts.attached(chat));
    setRemarks([]);
  }, [drafts, chat]);
  useEffect(() => {
    if (problem !== null) show(drafts.attached(store.get().route.chat));
  }, [drafts, store, problem]);

  const change = (now: readonly Attachment[]) => {
    drafts.attach(store.get().route.chat, now);
    show(now);
  };
  const take = (place: string | null, more: readonly Attachment[], told: readonly Remark[], opened?: Remark) => {
    const isHere = place === store.get().route.chat;
    const found = joined(isHere ? shown.current : drafts.attached(place), more);
    if (!isHere) {
      drafts.attach(place, found.list);
      return;
    }
    change(found.list);
    setRemarks((before) => [...(opened ? before.filter((one) => one !== opened) : []), ...told, ...found.remarks]);
    for (const { name } of more.filter((one) => found.list.includes(one))) announce(say("attach.added", { name }));
  };
  return {
    list,
    remarks,
    isReading: reading > 0,
    isFleeting: list.length > 0 && drafts.isFleeting(chat),
    add: async (files, folders = []) => {
      const place = store.get().route.chat;
      const more: Attachment[] = [];
      const told: Remark[] = folders.map((name) => ({ code: "folder", name: plainName(name), kind: "" }));
      setReading((count) => count + 1);
      try {
        // One after the other: many large files at once would fill the memory.
        for (const file of files) {
          const { attachment, remark } = await readAnywhere(file, server);
          if (attachment !== null) more.push(attachment);
          if (remark !== null) told.push(remark);
        }
      } finally {
        setReading((count) => count - 1);
      }
      take(place, more, told);
    },
    unlock: async (locked, password) => {
      const place = store.get().route.chat;
      setReading((count) => count + 1);
      try {
        const { attachment, remark } = await readLocked(locked, password, server);
        take(place, attachment ? [attachment] : [], remark ? [remark] : [], locked);
        document.getElementById("message")?.focus();
      } finally {
        setReading((count) => count - 1);
      }
    },
    addPasted: (text) => {
      const name = pastedName(say("attach.pasted"), shown.current);
      take(store.get().route.chat, [attachmentOf(name, text, true)], []);
    },
    remove: (attachment) => {
      change(shown.current.filter((one) => one !== attachment));
      announce(say("attach.removed", { name: attachment.name }));
    },
    hand: () => {
      const handed = shown.current;
      show([]);
      setRemarks([]);
      return handed;
    },
    dismiss: () => setRemarks([]),
  };
}
