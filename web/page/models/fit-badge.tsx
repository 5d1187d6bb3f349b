import type { Fit } from "../../shared/api";
import { gradeOf, wordsPerSecond } from "../../shared/model-facts";
import { type Language, type Say, tongueOf } from "../../shared/strings";
import { inWords } from "../bytes";
import { useReader, useSay } from "../reader";

/** How well a model does on this machine, in a word or two. */
export function FitBadge({ fit }: { fit: Fit | null }) {
  const say = useSay();
  const grade = gradeOf(fit);
  if (grade === "unknown") return null;
  return (
    <span className="fit-badge" data-grade={grade}>
      {say(`fit.${grade}`)}
    </span>
  );
}

/** What is predicted: how fast it writes and the memory it takes; and why it only just fits, or does not. */
export function FitFigures({ fit }: { fit: Fit }) {
  const { say, language } = useReader();
  return (
    <span className="model-facts">
      {fit.verdict !== "no" && figuresOf(fit, say, language)}
      {fit.verdict === "tight" && " · "}
      {fit.reason !== "" && <span lang={tongueOf(fit.reason)}>{fit.reason}</span>}
    </span>
  );
}

function figuresOf(fit: Fit, say: Say, language: Language): string {
  const words = wordsPerSecond(fit);
  const memory = say("fit.memory", { memory: inWords(fit.memory_bytes, language) });
  return words === null ? memory : [say("fit.speed", { low: words.low, high: words.high }), memory].join(" · ");
}
