/** What concerns the whole page: nobody answers, or nothing can be answered. */

import { isKey } from "../../shared/strings";
import { useReader, useStored } from "../reader";
import { Icon } from "./icon";

export function Banner() {
  const { say, language } = useReader();
  const isReachable = useStored((state) => state.isReachable);
  const problem = useStored((state) => state.status?.problem ?? "");
  const code = useStored((state) => state.status?.code ?? "");
  if (isReachable && problem === "") return null;
  const [title, next] = [`problem.${code}`, `next.${code}`];
  const words = isKey(title) && isKey(next) ? `${say(title)}. ${say(next)}` : problem;
  return (
    <div className="banner" data-testid="banner" role="alert">
      <Icon name="warning" />
      {!isReachable && <p>{say("banner.unreachable")}</p>}
      {isReachable && <p lang={words === problem ? "en" : undefined}>{language === "en" && code !== "loading" ? problem : words}</p>}
    </div>
  );
}
