import type { ReactNode } from "react";

import { isKey, tongueOf } from "../../shared/strings";
import { useReader } from "../reader";
import { Icon } from "./icon";

interface Props {
  problem: { code: string; sentence: string; hint?: string | null; first?: string | null };
  children?: ReactNode;
}

/** Codes that say no more than that something was refused: why is in the server's sentence, and comes first. */
const GENERAL = new Set(["bad_input", "bad_value"]);

/** Something went wrong: what, and what to do, in the reader's language; and what exactly, in the server's words. */
export function ProblemBox({ problem, children }: Props) {
  const { say, language } = useReader();
  const { code, sentence, hint, first } = problem;
  const title = `problem.${code}`;
  const next = `next.${code}`;
  // Who reads the server's own words needs no other hint beside a better one.
  const isHinted = language === "en" && hint;
  const isSentenceFirst = GENERAL.has(code) && sentence !== "";
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div className="problem-words">
        {first && (
          <p className="problem-first" lang={tongueOf(first)}>
            {first}
          </p>
        )}
        {isSentenceFirst ? (
          <strong lang={tongueOf(sentence)}>{sentence}</strong>
        ) : (
          <strong>{say(isKey(title) ? title : "problem.error")}</strong>
        )}
        {!isHinted && !(isSentenceFirst && hint) && <p>{say(isKey(next) ? next : "next.error")}</p>}
        {isSentenceFirst
          ? hint && <p lang={tongueOf(hint)}>{hint}</p>
          : sentence !== "" && (
              <p className={isHinted ? undefined : "problem-detail"} lang={tongueOf(sentence)}>
                {sentence} {hint}
              </p>
            )}
      </div>
      {children && <div className="problem-actions">{children}</div>}
    </div>
  );
}
