import type { Phase } from "../../shared/live";
import type { Say } from "../../shared/strings";
import { useSay } from "../reader";

/** What the reader waits for, before the first word. */
export function AnswerWait({ phase }: { phase: Phase }) {
  const say = useSay();
  return (
    <div className="wait">
      <span className="wait-dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span>{inWords(phase, say)}</span>
      {phase.kind === "reading" && phase.total > 0 && (
        <progress value={phase.read} max={phase.total} aria-label={inWords(phase, say)} />
      )}
    </div>
  );
}

function inWords(phase: Phase, say: Say): string {
  switch (phase.kind) {
    case "queued":
      return say("wait.queued", { before: phase.before, seconds: Math.ceil(phase.seconds) });
    case "reading":
      return say("wait.reading", { read: phase.read, total: phase.total });
    default:
      return say(`wait.${phase.kind}`);
  }
}
