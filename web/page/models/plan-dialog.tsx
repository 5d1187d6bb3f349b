/** Getting a model, step by step: may we ask for it, what is it, do you accept its licence. Nothing comes before. */

import { useEffect, useState } from "react";

import type { Plan } from "../../shared/api";
import { hostAsked } from "../../shared/model-facts";
import { Dialog } from "../dialogs/dialog";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import { useWork } from "../use-work";
import { Consent, NetworkOff, NetworkUnknown } from "./consent";
import { PlanView } from "./plan-view";

interface Props {
  asked: string;
  close: () => void;
  /** Have a model that is here already answer. */
  use: (name: string) => void;
  /** A download has begun. */
  begun: () => void;
}

export function PlanDialog({ asked, close, use, begun }: Props) {
  const say = useSay();
  const status = useStored((state) => state.status);
  const [ref, setRef] = useState(asked);
  const [hasSaidYes, setSaidYes] = useState(false);
  const network = status?.network;
  const host = status && hostAsked(ref, status.hub);
  return (
    <Dialog title={say("plan.title")} className="dialog-plan" close={close}>
      {status === null && <NetworkUnknown />}
      {host !== null && network === "off" && <NetworkOff host={host} />}
      {host !== null && network === "ask" && !hasSaidYes && (
        <Consent host={host} name={ref} cancel={close} agree={() => setSaidYes(true)} />
      )}
      {status !== null && (host === null || network === "on" || (network === "ask" && hasSaidYes)) && (
        <Planned key={ref} asked={ref} close={close} use={use} choose={setRef} begun={begun} />
      )}
    </Dialog>
  );
}

function Planned({ asked, choose, ...rest }: Props & { choose: (ref: string) => void }) {
  const { library } = useApp();
  const say = useSay();
  const { problem, run } = useWork();
  const [plan, setPlan] = useState<Plan | null>(null);
  const [tries, setTries] = useState(0);

  useEffect(() => {
    const leaving = new AbortController();
    void run(async () => {
      try {
        setPlan(await library.plan(asked, leaving.signal));
      } catch (cause) {
        if (!leaving.signal.aborted) throw cause;
      }
    });
    return () => leaving.abort();
  }, [library, asked, run, tries]);

  if (plan !== null) return <PlanView asked={asked} plan={plan} choose={choose} {...rest} />;
  return (
    <>
      <div className="dialog-body">
        {problem ? <ProblemBox problem={problem} /> : <p role="status">{say("plan.looking")}</p>}
      </div>
      <div className="dialog-acts">
        <button type="button" className="button" onClick={rest.close}>
          {say("cancel")}
        </button>
        {problem && (
          <button type="button" className="button button-main" onClick={() => setTries(tries + 1)}>
            {say("models.try")}
          </button>
        )}
      </div>
    </>
  );
}
