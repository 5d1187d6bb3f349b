/** A button with a list of actions below it. */

import { type KeyboardEvent, type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

import { Icon, type IconName } from "./icon";

export interface MenuItem {
  label: string;
  detail?: ReactNode;
  icon?: IconName;
  isDangerous?: boolean;
  /** For a choice: whether it is the one that holds. */
  isChosen?: boolean;
  /** For what may be on beside others: whether it is. */
  isOn?: boolean;
  /** Whether it stands there whatever is sought. */
  isKept?: boolean;
  act: () => void;
}

interface Props {
  label: string;
  className?: string;
  items: readonly MenuItem[];
  /** For a long list: what the field to find an item by is called. */
  search?: string | undefined;
  opened?: () => void;
  isDisabled?: boolean;
  children: ReactNode;
}

const GAP = 4;

export function Menu({ label, className = "icon-button", items, search, opened, isDisabled = false, children }: Props) {
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
        onClick={() => {
          if (!isOpen) opened?.();
          setOpen(!isOpen);
        }}
      >
        {children}
      </button>
      {isOpen && <MenuList id={id} label={label} items={items} search={search} at={button} close={close} />}
    </>
  );
}

interface ListProps {
  id: string;
  label: string;
  items: readonly MenuItem[];
  search: string | undefined;
  at: RefObject<HTMLButtonElement | null>;
  close: (returnsFocus: boolean) => void;
}

function MenuList({ id, label, items, search, at, close }: ListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [sought, setSought] = useState("");
  const shown = items.filter((item) => item.isKept || item.label.toLowerCase().includes(sought.trim().toLowerCase()));

  useLayoutEffect(() => {
    if (list.current === null || at.current === null) return;
    place(list.current, at.current.getBoundingClientRect());
    // Where it would bring up a keyboard over the list, the field waits until it is touched.
    const field = matchMedia("(pointer: fine)").matches ? list.current.querySelector("input") : null;
    (field ?? entries(list.current)[0])?.focus();
  }, [at]);

  useEffect(() => {
    const pressed = (event: PointerEvent) => {
      const target = event.target as Node;
      if (!list.current?.contains(target) && !at.current?.contains(target)) close(false);
    };
    const gone = () => {
      const isKeyboard = document.activeElement instanceof HTMLInputElement;
      if (!isKeyboard) close(false);
    };
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
    const isTyping = event.target instanceof HTMLInputElement;
    if (isTyping && event.key === "Enter") {
      // Or the button, which has the focus by then, would open the list again.
      event.preventDefault();
      all[0]?.click();
    }
    const to = { ArrowDown: now + 1, ArrowUp: Math.max(now, 0) - 1, Home: 0, End: -1 }[event.key];
    if (to === undefined || (isTyping && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    all.at(to % all.length)?.focus();
  };

  const menu = (
    <div ref={list} className="menu" onKeyDown={move}>
      {search !== undefined && (
        <input
          type="search"
          className="field menu-search"
          placeholder={search}
          aria-label={search}
          aria-controls={id}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
      )}
      <div id={id} role="menu" aria-label={label}>
        {shown.map((item) => (
          <button
            key={item.label}
            type="button"
            className="menu-item"
            role={roleOf(item)}
            aria-checked={item.isChosen ?? item.isOn}
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
            {(item.isChosen || item.isOn) && <Icon name="check" />}
          </button>
        ))}
      </div>
    </div>
  );
  // A message is painted only within its own bounds, and so would be what hangs from it.
  return createPortal(menu, at.current?.closest("main, nav, dialog") ?? document.body);
}

function roleOf({ isChosen, isOn }: MenuItem): "menuitem" | "menuitemradio" | "menuitemcheckbox" {
  if (isOn !== undefined) return "menuitemcheckbox";
  return isChosen === undefined ? "menuitem" : "menuitemradio";
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
