import { useCallback, useEffect, useMemo, useState } from "react";

import type { Hidden, Preview } from "../../shared/api";
import { preview as lookAt } from "../../shared/departing";
import { AS_IT_IS, type Edits, remembered, type Row, rowsOf } from "../../shared/leaving";
import { type Problem, told } from "../../shared/problem";
import { useApp } from "../reader";
import { useKept } from "./use-kept";

interface Seen {
  preview: Preview;
  edits: Edits;
}

interface Shown {
  /** What would leave, as it was looked at last. */
  preview: Preview | null;
  edits: Edits;
  rows: readonly Row[];
  problem: Problem | null;
  /** Whether what is shown is with all edits: nothing else may be sent. */
  isCurrent: boolean;
  edit: (edits: Edits) => void;
  /** Look once more. */
  again: () => void;
}

/** Return what would leave for an answer to a question, anew with every edit. */
export function usePreview(chat: string, question: string, upstream: string): Shown {
  const { server } = useApp();
  const [edits, setEdits] = useKept(question, "edits", AS_IT_IS);
  const [looks, setLooks] = useState(0);
  const [seen, setSeen] = useState<Seen | null>(null);
  const [known, setKnown] = useState<readonly Hidden[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    const leaving = new AbortController();
    const asked = { upstream, ...edits, never: [...edits.never], own: [...edits.own] };
    server
      .do((api) => lookAt(api, chat, question, asked, leaving.signal))
      .then((preview) => {
        if (leaving.signal.aborted) return;
        setProblem(null);
        setSeen({ preview, edits });
        setKnown((before) => remembered(before, preview.hidden));
      })
      .catch((cause: unknown) => {
        if (!leaving.signal.aborted) setProblem(told(cause));
      });
    return () => leaving.abort();
  }, [server, chat, question, upstream, edits, looks]);

  const again = useCallback(() => {
    setSeen((before) => before && { ...before, edits: { ...before.edits } }); // not current until it was looked at
    setLooks((before) => before + 1);
  }, []);
  const rows = useMemo(() => (seen === null ? [] : rowsOf(seen.preview.hidden, known, edits)), [seen, known, edits]);
  const isCurrent = seen?.edits === edits && problem === null;
  return { preview: seen?.preview ?? null, edits, rows, problem, isCurrent, edit: setEdits, again };
}
