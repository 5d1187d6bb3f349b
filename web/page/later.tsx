/** Parts of the page that nobody sees at its start. */

import { type ComponentType, useEffect, useState } from "react";

import { useApp, useStored } from "./reader";

/** Milliseconds after which such a part is fetched though nobody asked: the server may be away when they do. */
const UNASKED = 1_000;

/** Return a component that is fetched by itself, soon after the start or as soon as it is wanted. */
export function later<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  let loaded: ComponentType<P> | null = null;
  const fetched = async (): Promise<ComponentType<P>> => (loaded ??= (await load()).default);
  setTimeout(() => void fetched().catch(() => undefined), UNASKED);

  return function Later(props: P) {
    const { server } = useApp();
    const isReachable = useStored((state) => state.isReachable);
    const [Part, setPart] = useState(() => loaded);
    useEffect(() => {
      if (Part !== null || !isReachable) return;
      fetched().then(
        (part) => setPart(() => part),
        () => server.connected(false), // looked for again until it is back, and then this is as well
      );
    }, [Part, isReachable, server]);
    return Part && <Part {...props} />;
  };
}
