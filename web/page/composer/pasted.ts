import type { ClipboardEvent } from "react";

import { MOST_WRITTEN } from "../../shared/attachments";
import type { Preferences } from "../../shared/preferences";

interface Takers {
  files: (files: File[]) => void;
  text: (text: string) => void;
}

/** Attach what is pasted where it is files, or a long text. Anything else is written into the message. */
export function attachPasted(event: ClipboardEvent, longPaste: Preferences["longPaste"], take: Takers): void {
  const text = event.clipboardData.getData("text/plain");
  const files = [...event.clipboardData.files];
  // An office program gives a picture of the text beside it: the text is meant.
  if (files.length > 0 && text.trim() === "") {
    event.preventDefault();
    take.files(files);
  } else if (text.length > (longPaste === "off" ? MOST_WRITTEN : Number(longPaste))) {
    event.preventDefault();
    take.text(text);
  }
}
