import { useState } from "react";

import { useSay, useStored } from "../reader";
import { IconButton } from "./icon-button";

/** Says once, to the reader of a browser that keeps nothing, that drafts are here for this visit only. */
export function VisitOnly() {
  const say = useSay();
  const isKept = useStored((state) => state.isKept);
  const [isRead, setRead] = useState(false);
  if (isKept || isRead) return null;
  return (
    <div className="visit-only" role="status">
      <p>{say("visit.only")}</p>
      <IconButton icon="close" label={say("close")} onClick={() => setRead(true)} />
    </div>
  );
}
