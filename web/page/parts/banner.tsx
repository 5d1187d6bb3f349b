/** What concerns the whole page: nobody answers, or nothing can be answered. */

import { useSay, useStored } from "../reader";
import { Icon } from "./icon";

export function Banner() {
  const say = useSay();
  const isReachable = useStored((state) => state.isReachable);
  const problem = useStored((state) => state.status?.problem ?? "");
  if (isReachable && problem === "") return null;
  return (
    <div className="banner" data-testid="banner" role="alert">
      <Icon name="warning" />
      <p>{isReachable ? problem : say("banner.unreachable")}</p>
    </div>
  );
}
