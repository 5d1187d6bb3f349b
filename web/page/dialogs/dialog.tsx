/** A native dialog over the page: the browser keeps the focus in it and gives it back. */

import { type MouseEvent, type ReactNode, useId, useLayoutEffect, useRef } from "react";

import { IconButton } from "../parts/icon-button";
import { useSay } from "../reader";

interface Props {
  title: string;
  className?: string;
  /** Whether the title is only for those who hear the page. */
  isBare?: boolean;
  close: () => void;
  children: ReactNode;
}

export function Dialog({ title, className = "", isBare = false, close, children }: Props) {
  const say = useSay();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();

  // Closed while it is still on the page, or the browser could not give the focus back.
  useLayoutEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    element.showModal();
    // Not the button that closes it, which the browser would choose.
    if (!isBare) element.focus();
    return () => element.close();
  }, [isBare]);

  const pressBeside = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-labelledby={id}
      tabIndex={-1}
      onCancel={(event) => {
        // Of a dialog over this one.
        if (event.target !== dialog.current) return;
        event.preventDefault();
        close();
      }}
      onMouseDown={pressBeside}
    >
      <div className="dialog-sheet">
        <header className={isBare ? "off-screen" : "dialog-head"}>
          <h2 id={id}>{title}</h2>
          {!isBare && <IconButton icon="close" label={say("close")} onClick={close} />}
        </header>
        {children}
      </div>
    </dialog>
  );
}
