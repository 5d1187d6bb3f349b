/** Models elsewhere in the chat that is open: which there are, where its questions go, what would leave. */

import { useEffect } from "react";

import "../styles/elsewhere.css";
import { upstreams } from "../../shared/departing";
import { useApp, useStored } from "../reader";
import { AlwaysLine } from "./always-line";
import { LeavingDialog } from "./leaving-dialog";
import { WhereLine } from "./where-line";

export default function Elsewhere() {
  const { server, store } = useApp();
  const isReachable = useStored((state) => state.isReachable);
  const chat = useStored((state) => state.chat?.id ?? null);
  const leaving = useStored((state) => state.leaving);
  const name = useStored((state) => state.always);
  const isDescribed = useStored((state) => state.upstreams.length > 0);
  // With each chat, since they may be described while the page is open.
  useEffect(() => {
    if (!isReachable) return;
    void server
      .attempt(upstreams)
      .then((found) => {
        if (found === null) return;
        store.set({ upstreams: found.upstreams.filter(({ problem }) => problem === ""), usual: found.usual });
      });
  }, [isReachable, chat, server, store]);
  return (
    <>
      {chat !== null && name !== "" && <AlwaysLine key={chat} chat={chat} name={name} />}
      {isDescribed && <WhereLine />}
      {leaving !== null && leaving.chat === chat && (
        <LeavingDialog key={leaving.question} {...leaving} close={() => store.set({ leaving: null })} />
      )}
    </>
  );
}
