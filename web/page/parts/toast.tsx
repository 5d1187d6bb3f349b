import { type ReactNode, useEffect, useRef } from "react";

import { useSay } from "../reader";
import { useAnnounce } from "./announcer";
import { IconButton } from "./icon-button";

interface Props {
  words: string;
  /** The name of the button that closes it. */
  closing: string;
  close: () => void;
  undo?: () => void;
  children?: ReactNode;
}

/**
 * Tells for a while of what is about to happen. It is announced, and takes the focus only where what was
 * focused has gone from the page.
 */
export function Toast({ words, closing, close, undo, children }: Props) {
  const say = useSay();
  const announce = useAnnounce();
  const toast = useRef<HTMLDivElement>(null);
  useEffect(() => {
    announce(words);
    if (document.activeElement === document.body) toast.current?.querySelector("button")?.focus();
  }, [announce, words]);

  return (
    <div ref={toast} className="toast" data-testid="toast">
      {children ?? <p dir="auto">{words}</p>}
      {undo && (
        <button type="button" className="toast-act" onClick={undo}>
          {say("undo")}
        </button>
      )}
      <IconButton icon="close" label={closing} onClick={close} />
    </div>
  );
}
