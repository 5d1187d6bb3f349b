/** Whether this machine may ask another for a model: the network setting's word, and the reader's. */

import { useEffect } from "react";

import { Icon } from "../parts/icon";
import { useApp, useSay } from "../reader";
import { CommandLine } from "./command-line";

const LOOKS_EVERY = 3_000;

interface Props {
  host: string;
  name: string;
  cancel: () => void;
  agree: () => void;
}

/** Says what leaves this machine before it does. */
export function Consent({ host, name, cancel, agree }: Props) {
  const say = useSay();
  return (
    <>
      <div className="dialog-body">
        <p>{say("consent.words", { host })}</p>
        <p className="plan-ref">
          <code>{name}</code>
        </p>
        <p className="settings-promise">
          <Icon name="home" />
          {say("consent.promise")}
        </p>
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={cancel}>
          {say("cancel")}
        </button>
        <button type="button" className="button button-main" onClick={agree}>
          {say("consent.agree", { host })}
        </button>
      </div>
    </>
  );
}

/** Says how to allow it, and goes on by itself once that was done: only the person at the machine may. */
export function NetworkOff({ host }: { host: string }) {
  const say = useSay();
  useLooks();
  return (
    <div className="dialog-body">
      <p>{say("consent.off", { host })}</p>
      <p>{say("consent.off.how")}</p>
      <CommandLine command="sotto settings set network ask" />
      <p className="hint">{say("consent.off.after")}</p>
    </div>
  );
}

/** Until it is known what may be asked, nothing is. */
export function NetworkUnknown() {
  const say = useSay();
  useLooks();
  return (
    <div className="dialog-body">
      <p role="status">{say("loading")}</p>
    </div>
  );
}

/** Have the page ask its server now and then what holds. */
function useLooks() {
  const app = useApp();
  useEffect(() => {
    const timer = setInterval(() => void app.about(), LOOKS_EVERY);
    return () => clearInterval(timer);
  }, [app]);
}
