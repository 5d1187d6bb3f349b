import type { Message } from "../../shared/api";
import { neighbour, placeOf } from "../../shared/branch";
import { IconButton } from "../parts/icon-button";
import { useApp, useSay } from "../reader";
import { CompareButton } from "./side-by-side";

/** Goes through the messages that could stand at a place; nothing where there is only one. */
export function BranchArrows({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { conversation } = useApp();
  const say = useSay();
  const { at, of } = placeOf(message);
  if (of < 2) return null;
  const arrow = (step: -1 | 1) => {
    const to = neighbour(message, step);
    return (
      <IconButton
        icon={step < 0 ? "previous" : "next"}
        label={say(step < 0 ? "branch.previous" : "branch.next")}
        disabled={isBusy || to === undefined}
        onClick={() => to !== undefined && void conversation.show(to)}
      />
    );
  };
  return (
    <span className="branch" role="group" aria-label={say("branch", { at, of })}>
      {arrow(-1)}
      <span aria-hidden="true">
        {at}/{of}
      </span>
      {arrow(1)}
      <CompareButton message={message} isBusy={isBusy} />
    </span>
  );
}
