/** Says things to those who do not see the page change. */

import { createContext, type ReactNode, useCallback, useContext, useState } from "react";

const Context = createContext<(text: string) => void>(() => undefined);

export const useAnnounce = (): ((text: string) => void) => useContext(Context);

export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: "", times: 0 });
  const announce = useCallback((text: string) => setSaid((before) => ({ text, times: before.times + 1 })), []);
  return (
    <Context value={announce}>
      {children}
      <div className="off-screen" role="status">
        {/* A new element each time, or the same words twice would be said once. */}
        <span key={said.times}>{said.text}</span>
      </div>
    </Context>
  );
}
