/** What concerns the whole page: nobody answers, or nothing can be answered. */

import { isKey, type Say } from "../../shared/strings";
import { useSay, useStored } from "../reader";
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
      <p>
        {isReachable ? stateWords(code, say) : say("banner.unreachable")}{" "}
        {isReachable && !isKey(`state.${code}`) && <span lang="en">{problem}</span>}
      </p>
    </div>
  );
}

/** Return what keeps the model from answering: it is on its way, it is gone, or it cannot be loaded. */
function stateWords(code: string, say: Say): string {
  const key = `state.${code}`;
  return say(isKey(key) ? key : "state.failed");
}
