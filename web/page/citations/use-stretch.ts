import { useCallback, useEffect, useState } from "react";

import type { Stretch } from "../../shared/api";
import type { Citation } from "../../shared/grounds";
import { Problem, told } from "../../shared/problem";
import { useApp } from "../reader";

/** How much more is shown of a document, where its reader asks for what stands before or after. */
export type Direction = "before" | "after";

interface Shown {
  /** null until it has come. */
  stretch: Stretch | null;
  problem: Problem | null;
  more: (direction: Direction) => void;
}

/** Fetches a document around a citation. */
export function useStretch(place: Citation): Shown {
  const { server, shelves } = useApp();
  const [found, setFound] = useState<Omit<Shown, "more">>({ stretch: null, problem: null });
  const { shelf, document, start, end } = place;

  const fetched = useCallback(
    async (from: number, to: number): Promise<Omit<Shown, "more">> => {
      try {
        if (shelves.store.get().shelves === null) await shelves.look();
        const named = shelves.store.get().shelves?.find(({ name }) => name === shelf);
        if (named === undefined) throw new Problem("not_found", "", null, 404);
        return { stretch: await server.do((api) => api.stretch(named.id, document, from, to)), problem: null };
      } catch (cause) {
        return { stretch: null, problem: told(cause) };
      }
    },
    [server, shelves, shelf, document],
  );
  useEffect(() => {
    let isHere = true;
    setFound({ stretch: null, problem: null });
    void fetched(start, end).then((now) => isHere && setFound(now));
    return () => {
      isHere = false;
    };
  }, [fetched, start, end]);

  const more = (direction: Direction) => {
    const { stretch } = found;
    if (stretch === null) return;
    const from = direction === "before" ? stretch.start : Math.max(stretch.start, start);
    void fetched(Math.min(from, start), Math.max(direction === "after" ? stretch.end : end, end)).then((now) => {
      if (now.stretch !== null) setFound(now);
    });
  };
  return { ...found, more };
}
