import { useEffect, useRef } from "react";

import { useAnnounce } from "../parts/announcer";
import { useApp, useSay, useStored } from "../reader";

/** Characters of an answer that are said at once; the rest is there to be read. */
const MOST_SAID = 600;

/** Say the answer to those who hear the page, once it is whole and not word by word. */
export function useEndAnnounced(): void {
  const { store } = useApp();
  const announce = useAnnounce();
  const say = useSay();
  const writing = useStored((state) => state.live !== null);
  const wasWriting = useRef(false);
  useEffect(() => {
    const { chat, branch } = store.get();
    const last = branch.at(-1);
    if (wasWriting.current && !writing && chat !== null && last?.role === "assistant") {
      announce(say(`answer.end.${last.state === "complete" ? "complete" : "cut"}`, { text: last.text.slice(0, MOST_SAID) }));
    }
    wasWriting.current = writing;
  }, [writing, store, announce, say]);
}
