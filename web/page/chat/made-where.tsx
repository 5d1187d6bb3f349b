import type { MouseEvent } from "react";

import type { Message } from "../../shared/api";
import { pathOf } from "../../shared/route";
import { Icon } from "../parts/icon";
import { useApp, useSay } from "../reader";

const HERE = "here";
const LEDGER = { chat: null, panel: "ledger" } as const;

/** Where an answer was made, as far as the machine that made it is ours; leads to what left this machine. */
export function MadeWhere({ message: { made, elsewhere } }: { message: Message }) {
  const app = useApp();
  const say = useSay();
  if (made === "") return null;
  const away = elsewhere ? say("made.there", { name: elsewhere.upstream }) : say("made.at", { address: made });
  const words = made === HERE ? say("made.here") : away;
  const open = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens it elsewhere
    event.preventDefault();
    app.openPanel("ledger");
  };
  return (
    <a
      className="made-where"
      data-here={made === HERE || undefined}
      href={pathOf(LEDGER)}
      aria-label={say("made.open", { made: words })}
      onClick={open}
    >
      <Icon name={made === HERE ? "home" : "export"} />
      {words}
    </a>
  );
}
