import { useCallback, useState } from "react";

import { type Problem, told } from "../shared/problem";

export interface Work {
  isBusy: boolean;
  problem: Problem | null;
  /** Do something that may fail, one thing at a time. Returns whether it went well. */
  run: (work: () => Promise<unknown>) => Promise<boolean>;
}

/** Keep what a button has begun: whether it is still under way, and what went wrong. */
export function useWork(): Work {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (cause) {
      setProblem(told(cause));
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { isBusy, problem, run };
}
