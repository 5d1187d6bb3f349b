import type { ReactNode } from "react";

import { isKey } from "../../shared/strings";
import { useSay } from "../reader";
import { Icon } from "./icon";

interface Props {
  problem: { code: string; sentence: string; hint?: string | null };
  children?: ReactNode;
}

/** Something went wrong: what, in the reader's language where we know it, what exactly, and what to do. */
export function ProblemBox({ problem, children }: Props) {
  const say = useSay();
  const key = `problem.${problem.code}`;
  return (
    <div className="problem" role="alert">
      <Icon name="warning" />
      <div className="problem-words">
        <strong>{say(isKey(key) ? key : "problem.error")}</strong>
        {problem.sentence !== "" && (
          <p lang="en">
            {problem.sentence} {problem.hint}
          </p>
        )}
      </div>
      {children && <div className="problem-actions">{children}</div>}
    </div>
  );
}
