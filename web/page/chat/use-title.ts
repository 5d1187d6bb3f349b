import { useEffect } from "react";

import { useStored } from "../reader";

/** Call the browser's tab by the chat's title. */
export function useTitle(): void {
  const title = useStored((state) => state.chat?.title);
  useEffect(() => {
    document.title = title ? `${title} · Sottovoce` : "Sottovoce";
  }, [title]);
}
