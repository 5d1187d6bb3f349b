/** Chats that are dragged with a mouse, and what they are dropped on. Everything can be done without. */

import { type DragEvent, useState } from "react";

import type { Chat } from "../../shared/api";

const KIND = "application/x-sottovoce-chat";

export function drag(event: DragEvent, chat: Chat): void {
  event.dataTransfer.setData(KIND, chat.id);
  event.dataTransfer.effectAllowed = "copyMove";
}

/** Return whether a chat is held over an element, and what the element has to listen to. */
export function useDrop(dropped: (chat: string) => void) {
  const [isOver, setOver] = useState(false);
  const isChat = (event: DragEvent) => event.dataTransfer.types.includes(KIND);
  return {
    isOver,
    drop: {
      onDragOver: (event: DragEvent) => {
        if (!isChat(event)) return;
        event.preventDefault();
        setOver(true);
      },
      onDragLeave: (event: DragEvent<HTMLElement>) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
      },
      onDrop: (event: DragEvent) => {
        if (!isChat(event)) return;
        event.preventDefault();
        setOver(false);
        dropped(event.dataTransfer.getData(KIND));
      },
    },
  };
}
