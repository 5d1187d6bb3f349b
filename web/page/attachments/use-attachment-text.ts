import { useEffect, useState } from "react";

import type { Source } from "../../shared/attachments";
import { type Problem, told } from "../../shared/problem";
import { useApp } from "../reader";

interface Fetched {
  text: string | null;
  problem: Problem | null;
  fetchAgain: () => void;
}

/** Return what an attachment says; what the server has is fetched. */
export function useAttachmentText(source: Source): Fetched {
  const { server, store } = useApp();
  const [text, setText] = useState("text" in source ? source.text : null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const { chat } = store.get();
    if ("text" in source || chat === null) return;
    let isWanted = true;
    setProblem(null);
    server
      .do((api) => api.attachment(chat.id, source.message, source.number))
      .then((found) => isWanted && setText(found))
      .catch((cause: unknown) => isWanted && setProblem(told(cause)));
    return () => void (isWanted = false);
  }, [server, store, source, tries]);
  return { text, problem, fetchAgain: () => setTries(tries + 1) };
}
