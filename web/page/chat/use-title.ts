import { useEffect } from "react";

import { useSay, useStored } from "../reader";

/** Call the browser's tab by the chat's title; the browser remembers it, so a temporary chat has none. */
export function useTitle(): void {
  const say = useSay();
  const own = useStored((state) => state.chat?.title);
  const isTemporary = useStored((state) => state.isTemporary);
  const title = isTemporary ? say("temporary") : own;
  useEffect(() => {
    document.title = title ? `${title} · Sottovoce` : "Sottovoce";
  }, [title]);
}
