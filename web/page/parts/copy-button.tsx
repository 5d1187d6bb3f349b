import { useEffect, useState } from "react";

import { copyText } from "../clipboard";
import { useSay } from "../reader";
import { useAnnounce } from "./announcer";
import { Icon } from "./icon";

const SHOWN = 2_000;

/** Copies a text and shows that it did. `hasLabel`: the word stands beside the drawing. */
export function CopyButton({ text, hasLabel = false }: { text: () => string; hasLabel?: boolean }) {
  const say = useSay();
  const announce = useAnnounce();
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async () => {
    const worked = await copyText(text());
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
