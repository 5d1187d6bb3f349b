/** Models elsewhere in the chat that is open: which there are, the one that always answers, what would leave. */

import { useEffect } from "react";

import "../styles/elsewhere.css";
import { useApp, useStored } from "../reader";
import { AlwaysLine } from "./always-line";
import { LeavingDialog } from "./leaving-dialog";

export default function Elsewhere() {
  const { server, store } = useApp();
  const isReachable = useStored((state) => state.isReachable);
  const chat = useStored((state) => state.chat?.id ?? null);
  const leaving = useStored((state) => state.leaving);
  const name = useStored((state) => state.always);
  // With each chat, since they may be described while the page is open.
  useEffect(() => {
    if (!isReachable) return;
    void server
      .attempt((api) => api.upstreams())
      .then((found) => found && store.set({ upstreams: found.upstreams.filter(({ problem }) => problem === "") }));
  }, [isReachable, chat, server, store]);
  useEffect(() => () => store.set({ leaving: null }), [chat, store]);
  if (chat === null) return null;
  return (
    <>
      {name !== "" && <AlwaysLine key={chat} chat={chat} name={name} />}
      {leaving !== null && (
        <LeavingDialog key={leaving.question} chat={chat} {...leaving} close={() => store.set({ leaving: null })} />
      )}
    </>
  );
}
