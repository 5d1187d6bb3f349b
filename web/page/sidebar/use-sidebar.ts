/** Whether the list of chats is shown. On a narrow screen it lies over the chat, and is closed at first. */

import { useCallback, useState } from "react";

import { useApp } from "../reader";
import { useMedia } from "../use-media";

const NARROW = "(max-width: 760px)";

export interface SidebarState {
  isOpen: boolean;
  /** Whether it lies over the chat instead of beside it. */
  isOver: boolean;
  toggle: () => void;
  /** Get out of the way after a choice, where it lies over the chat. */
  leave: () => void;
}

export function useSidebar(): SidebarState {
  const { saved } = useApp();
  const isOver = useMedia(NARROW);
  const [isBeside, setBeside] = useState(() => saved.get("sidebar") !== "closed");
  const [isPulled, setPulled] = useState(false);
  const toggle = useCallback(() => {
    if (isOver) return setPulled((before) => !before);
    setBeside(!isBeside);
    saved.set("sidebar", isBeside ? "closed" : "");
  }, [saved, isOver, isBeside]);
  const leave = useCallback(() => setPulled(false), []);
  return { isOpen: isOver ? isPulled : isBeside, isOver, toggle, leave };
}
