import { fillOf } from "../../shared/context";
import { useSay, useStored } from "../reader";

/** How much of what the model can read this chat takes, in exact figures where they are known. */
export function ContextFigures({ text }: { text: string }) {
  const say = useSay();
  const context = useStored((state) => state.context);
  const fill = fillOf(context, text);
  if (fill === null) return <p className="hint">{say("context.unknown")}</p>;
  return (
    <div className="context-figures">
      <progress value={fill.share} max={1} aria-label={say("context")} data-full={fill.isNearlyFull || undefined} />
      <p>{say(fill.isExact ? "context.used" : "context.usedAbout", { used: fill.used, room: fill.room })}</p>
      {fill.draft > 0 && <p>{say("context.draft", { draft: fill.draft })}</p>}
      {context?.window != null && <p>{say("context.window", { window: context.window })}</p>}
      {fill.leftOut > 0 && <p>{say(fill.leftOut === 1 ? "context.leftOutOne" : "context.leftOut", { count: fill.leftOut })}</p>}
    </div>
  );
}
