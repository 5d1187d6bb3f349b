/** Takes the files that are dropped anywhere on the page, and shows that it will. */

import { useEffect, useRef, useState } from "react";

import { Icon } from "../parts/icon";
import { useSay } from "../reader";

type Take = (files: File[], folders: string[]) => void;

export function DropArea({ take }: { take: Take }) {
  const say = useSay();
  const isOver = useFileDrop(take);
  if (!isOver) return null;
  return (
    <div className="drop-area" data-testid="drop-area" role="status">
      <Icon name="attach" />
      {say("attach.drop")}
    </div>
  );
}

function useFileDrop(take: Take): boolean {
  const [isOver, setOver] = useState(false);
  const current = useRef(take);
  useEffect(() => {
    current.current = take;
  });
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault(); // or the browser would leave the page for the file
      const isTaken = !isCovered();
      if (event.dataTransfer) event.dataTransfer.dropEffect = isTaken ? "copy" : "none";
      setOver(isTaken);
    };
    const left = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const dropped = (event: DragEvent) => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer && !isCovered()) current.current(...sorted(event.dataTransfer));
    };
    window.addEventListener("dragover", over);
    window.addEventListener("dragleave", left);
    window.addEventListener("drop", dropped);
    return () => {
      window.removeEventListener("dragover", over);
      window.removeEventListener("dragleave", left);
      window.removeEventListener("drop", dropped);
    };
  }, []);
  return isOver;
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
const isCovered = (): boolean => document.querySelector("dialog[open]") !== null;

/** Tell files from folders, which look the same but cannot be read. */
function sorted(given: DataTransfer): [File[], string[]] {
  const folders = new Set<string>();
  for (const item of given.items) {
    const entry = item.webkitGetAsEntry?.();
    if (entry?.isDirectory) folders.add(entry.name);
  }
  return [[...given.files].filter((file) => !folders.has(file.name)), [...folders]];
}
