import { useId, useState } from "react";

import { newest, spell } from "../../shared/thought";
import type { Say } from "../../shared/strings";
import { Markdown } from "../markdown/markdown";
import { Icon } from "../parts/icon";
import { useSay } from "../reader";

interface Props {
  text: string;
  seconds: number | null;
  isThinking: boolean;
  /** The answer ended before it began. */
  isAll: boolean;
}

/** What the model thought before it answered: folded, unless there is nothing else to read. */
export function Reasoning({ text, seconds, isThinking, isAll }: Props) {
  const say = useSay();
  const id = useId();
  const [choice, setChoice] = useState<boolean | null>(null);
  const isOpen = choice ?? isAll;
  return (
    <div className="reasoning" data-testid="reasoning" data-thinking={isThinking || undefined}>
      <button
        type="button"
        className="reasoning-head"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setChoice(!isOpen)}
      >
        <Icon name="thought" />
        <span className="reasoning-label">{isThinking ? say("reasoning.now") : inWords(seconds, say)}</span>
        {isThinking && !isOpen && (
          <span className="reasoning-newest" aria-hidden="true">
            <bdi>{newest(text)}</bdi>
          </span>
        )}
        <Icon name="chevron" />
      </button>
      {isOpen && (
        <div id={id} className="reasoning-text">
          <Markdown text={text} isLive={isThinking} />
        </div>
      )}
    </div>
  );
}

function inWords(seconds: number | null, say: Say): string {
  if (seconds === null) return say("reasoning");
  const time = spell(seconds);
  return say(time.minutes > 0 ? "reasoning.minutes" : "reasoning.seconds", time);
}
