import { useEffect, useState } from "react";

import { copyText, copyWritten, type Written } from "../clipboard";
import { useSay } from "../reader";
import { useAnnounce } from "./announcer";
import { Icon } from "./icon";

const SHOWN = 2_000;

interface Props {
  text: () => string;
  /** Fetches what is copied in its place; where that fails, the text is. */
  written?: (() => Promise<Written>) | undefined;
  /** The word stands beside the drawing. */
  hasLabel?: boolean;
}

/** Copies a text and shows that it did. */
export function CopyButton({ text, written, hasLabel = false }: Props) {
  const say = useSay();
  const announce = useAnnounce();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async () => {
    const worked = await (written === undefined ? copyText(text()) : copyWritten(written()).catch(() => copyText(text())));
    setCopied(worked);
    announce(say(worked ? "copy.done" : "copy.failed"));
  };
  const label = say(isCopied ? "copy.done" : "copy");
  return (
    <button
      type="button"
      className={hasLabel ? "quiet-button" : "icon-button"}
      aria-label={hasLabel ? undefined : label}
      title={label}
      onClick={() => void copy()}
    >
      <Icon name={isCopied ? "check" : "copy"} />
      {hasLabel && <span>{label}</span>}
    </button>
  );
}
