/** A button with a list of actions below it. */

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

import { Icon, type IconName } from "./icon";

export interface MenuItem {
  label: string;
  detail?: string;
  icon?: IconName;
  isDangerous?: boolean;
  /** For a choice: whether it is the one that holds. */
  isChosen?: boolean;
  act: () => void;
}

interface Props {
  label: string;
  className?: string;
  items: readonly MenuItem[];
  isDisabled?: boolean;
  children: ReactNode;
}

const GAP = 4;

export function Menu({ label, className = "icon-button", items, isDisabled = false, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (returnsFocus: boolean) => {
    setOpen(false);
    if (returnsFocus) button.current?.focus();
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={className}
        aria-label={label}
        title={label}
        disabled={isDisabled}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {children}
      </button>
      {isOpen && <MenuList id={id} label={label} items={items} at={button} close={close} />}
    </>
  );
}

interface ListProps {
  id: string;
  label: string;
  items: readonly MenuItem[];
  at: RefObject<HTMLButtonElement | null>;
  close: (returnsFocus: boolean) => void;
}

function MenuList({ id, label, items, at, close }: ListProps) {
  const list = useRef<HTMLDivElement>(null);

  useLayoutEffect(() => {
    if (list.current === null || at.current === null) return;
    place(list.current, at.current.getBoundingClientRect());
    entries(list.current)[0]?.focus();
  }, [at]);

  useEffect(() => {
    const pressed = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !at.current?.contains(target)) close(false);
    };
    const gone = () => close(false);
    document.addEventListener("pointerdown", pressed);
    window.addEventListener("resize", gone);
    return () => {
      document.removeEventListener("pointerdown", pressed);
      window.removeEventListener("resize", gone);
    };
  });

  const move = (event: KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
      return;
    }
    const all = list.current === null ? [] : entries(list.current);
    const now = all.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all.at(to % all.length)?.focus();
  };

  const menu = (
    <div ref={list} id={id} className="menu" role="menu" aria-label={label} onKeyDown={move}>
      {items.map((item) => (
        <button
          key={item.label}
          type="button"
          className="menu-item"
          role={item.isChosen === undefined ? "menuitem" : "menuitemradio"}
          aria-checked={item.isChosen}
          tabIndex={-1}
          data-dangerous={item.isDangerous || undefined}
          onClick={() => {
            close(true);
            item.act();
          }}
        >
          {item.icon && <Icon name={item.icon} />}
          <span className="menu-words">
            <span>{item.label}</span>
            {item.detail && <small>{item.detail}</small>}
          </span>
          {item.isChosen && <Icon name="check" />}
        </button>
      ))}
    </div>
  );
  // A message is painted only within its own bounds, and so would be what hangs from it.
  return createPortal(menu, at.current?.closest("main, nav, dialog") ?? document.body);
}

const entries = (list: HTMLElement): HTMLElement[] => [...list.querySelectorAll<HTMLElement>(".menu-item")];

/** Put the list below its button, or above where there is no room, and within the window. */
function place(list: HTMLElement, button: DOMRect): void {
  const { width, height } = list.getBoundingClientRect();
  const left = Math.max(GAP, Math.min(button.left, innerWidth - width - GAP));
  const isRoomBelow = button.bottom + GAP + height < innerHeight;
  const top = isRoomBelow ? button.bottom + GAP : Math.max(GAP, button.top - GAP - height);
  list.style.setProperty("--menu-left", `${left}px`);
  list.style.setProperty("--menu-top", `${top}px`);
}
