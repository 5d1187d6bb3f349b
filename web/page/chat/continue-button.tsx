import type { MouseEvent } from "react";

import type { Message } from "../../shared/api";
import { canGoOn } from "../../shared/branch";
import { Icon } from "../parts/icon";
import { useApp, useSay } from "../reader";

interface Props {
  message: Message;
  isBusy: boolean;
}

/** Goes on with an answer that was cut; nothing where there is nothing to go on with. */
export function ContinueButton({ message, isBusy }: Props) {
  const { conversation } = useApp();
  const say = useSay();
  if (!canGoOn(message)) return null;
  const goOn = (event: MouseEvent) => {
    // The button goes; what is written is where its reader wants to be.
    event.currentTarget.closest<HTMLElement>(".transcript")?.focus({ preventScroll: true });
    void conversation.goOn(message);
  };
  return (
    <button type="button" className="button end-button" disabled={isBusy} onClick={goOn}>
      <Icon name="onward" />
      {say("act.continue")}
    </button>
  );
}
