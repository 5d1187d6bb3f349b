import { type ChangeEvent, useRef } from "react";

import { IconButton } from "../parts/icon-button";
import { useSay } from "../reader";

/** Opens the system's list of files. Any can be chosen: what is no text is said, with its kind. */
export function AttachButton({ add }: { add: (files: File[]) => void }) {
  const say = useSay();
  const input = useRef<HTMLInputElement>(null);
  const chosen = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.target.files ?? [])];
    event.target.value = ""; // or the same file could not be chosen again
    if (files.length > 0) add(files);
  };
  return (
    <>
      <input ref={input} type="file" multiple hidden data-testid="files" onChange={chosen} />
      <IconButton icon="attach" className="attach-button" label={say("attach")} onClick={() => input.current?.click()} />
    </>
  );
}
