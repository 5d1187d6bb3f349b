/** What concerns the whole page: nobody answers, or nothing can be answered. */

import { isKey } from "../../shared/strings";
import { useReader, useSay, useStored } from "../reader";
import { Icon } from "./icon";

export function Banner() {
  const say = useSay();
  const isReachable = useStored((state) => state.isReachable);
  const problem = useStored((state) => state.status?.problem ?? "");
  const code = useStored((state) => state.status?.problem_code ?? "");
  if (isReachable && problem === "") return null;
  return (
    <div className="banner" data-testid="banner" role="alert">
      <Icon name="warning" />
      {isReachable ? <Trouble code={code} problem={problem} /> : <p>{say("banner.unreachable")}</p>}
    </div>
  );
}

/** What keeps the model from answering: it is on its way, it is gone, or it cannot be loaded, and why or what to do. */
function Trouble({ code, problem }: { code: string; problem: string }) {
  const { say, language } = useReader();
  const [state, next] = [`state.${code}`, `next.${code}`];
  if (isKey(state)) return <p>{say(state)}</p>;
  const hasWords = language !== "en" && isKey(next);
  return (
    <p>
      {say("state.failed")} {hasWords ? say(next) : <span lang="en">{problem}</span>}
    </p>
  );
}
