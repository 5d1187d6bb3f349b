import { useState } from "react";

/** By the question, then by what it is. */
const kept = new Map<string, Map<string, unknown>>();

/** Keep what was changed of a question that may leave, also when its preview is closed; not beyond this visit. */
export function useKept<T>(question: string, what: string, first: T): [T, (value: T) => void] {
  const [value, put] = useState(() => (kept.get(question)?.get(what) as T | undefined) ?? first);
  const keep = (changed: T) => {
    if (!kept.has(question)) kept.set(question, new Map());
    kept.get(question)?.set(what, changed);
    put(changed);
  };
  return [value, keep];
}

/** The question was sent, or stays here. */
export const forget = (question: string): void => void kept.delete(question);
