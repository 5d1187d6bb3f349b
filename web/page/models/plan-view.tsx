/** What would come: from where, how large, how it would do here, and under which licence. */

import { type ReactNode, useId, useState } from "react";

import type { Plan } from "../../shared/api";
import { gradeOf } from "../../shared/model-facts";
import { inWords } from "../bytes";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader, useSay } from "../reader";
import { useWork } from "../use-work";
import { FitBadge, FitFigures } from "./fit-badge";
import { allowedWords } from "./licence-words";
import { PackingChoice } from "./packing-choice";

interface Props {
  /** What was asked for, as a packing of it is chosen by. */
  asked: string;
  plan: Plan;
  close: () => void;
  use: (name: string) => void;
  choose: (ref: string) => void;
  /** Its download has begun. */
  begun: () => void;
}

export function PlanView({ asked, plan, close, use, choose, begun }: Props) {
  const { library } = useApp();
  const say = useSay();
  const { isBusy, problem, run } = useWork();
  const [accepts, setAccepts] = useState(false);
  const begin = async () => {
    if (await run(() => library.begin(plan, accepts))) begun();
  };
  const { here } = plan;
  const isNew = here === null && plan.pull === null;
  return (
    <>
      <div className="dialog-body">
        <PlanFacts plan={plan} />
        <PackingChoice asked={asked} choose={choose} />
        {here !== null && <p className="plan-here">{say("plan.here", { name: here })}</p>}
        {here === null && !isNew && <p className="plan-here">{say("plan.coming")}</p>}
        {isNew && <Licence plan={plan} />}
        {problem && <ProblemBox problem={problem} />}
      </div>
      {isNew && !plan.accepted && (
        <label className="plan-accept">
          <input type="checkbox" checked={accepts} onChange={(event) => setAccepts(event.target.checked)} />
          <span>{say("licence.accept")}</span>
        </label>
      )}
      <div className="dialog-acts">
        <button type="button" className="button" onClick={close}>
          {say(isNew ? "cancel" : "close")}
        </button>
        {here !== null && (
          <button type="button" className="button button-main" onClick={() => use(here)}>
            {say("models.use")}
          </button>
        )}
        {isNew && (
          <button
            type="button"
            className="button button-main"
            disabled={isBusy || !(accepts || plan.accepted)}
            onClick={() => void begin()}
          >
            {say(plan.linked ? "plan.add" : "plan.begin")}
          </button>
        )}
      </div>
    </>
  );
}

function PlanFacts({ plan }: { plan: Plan }) {
  const { say, language } = useReader();
  const size = inWords(plan.bytes, language);
  const left = plan.free_bytes - plan.bytes;
  return (
    <section className="plan-facts">
      <h3>{plan.name}</h3>
      <dl className="facts">
        <Row name={say("plan.from")}>
          {plan.linked ? say("plan.from.here") : <span className="plan-ref">{plan.page ?? plan.ref}</span>}
        </Row>
        <Row name={say("plan.size")}>
          {plan.linked ? say("plan.size.linked", { size }) : size}
          {plan.packing !== "" && ` · ${plan.packing}`}
        </Row>
        {!plan.linked && left > 0 && <Row name={say("plan.room")}>{say("plan.room.left", { left: inWords(left, language) })}</Row>}
        {plan.fit !== null && (
          <Row name={say("plan.fit")}>
            <FitBadge fit={plan.fit} /> <FitFigures fit={plan.fit} />
          </Row>
        )}
        {plan.sha256 !== null && (
          <Row name="SHA-256">
            <code className="plan-sha" title={plan.sha256}>
              {plan.sha256}
            </code>
          </Row>
        )}
      </dl>
      {!plan.linked && left <= 0 && <Warning>{say("plan.room.none", { free: inWords(plan.free_bytes, language), size })}</Warning>}
      {gradeOf(plan.fit) === "no" && <Warning>{say("plan.fit.no")}</Warning>}
      {!plan.linked && plan.sha256 === null && <Warning>{say("plan.sha.none")}</Warning>}
    </section>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Warning({ children }: { children: ReactNode }) {
  return (
    <p className="plan-warning">
      <Icon name="warning" />
      <span>{children}</span>
    </p>
  );
}

function Licence({ plan }: { plan: Plan }) {
  const { say } = useReader();
  const id = useId();
  return (
    <section className="plan-licence" aria-labelledby={id}>
      <h3 id={id}>{say("licence")}</h3>
      <p>
        <strong>{plan.licence.id === "unknown" ? say("licence.none") : plan.licence.name}</strong>
      </p>
      <p>{allowedWords(plan.licence, say)}</p>
      <div className="plan-terms" lang="en" tabIndex={0} role="group" aria-label={say("licence.terms")}>
        {plan.terms.map((line) => (
          <p key={line}>
            <Linked text={line} />
          </p>
        ))}
      </div>
      <p className="hint">{say("licence.summary")}</p>
      {plan.accepted && <p className="plan-here">{say("licence.accepted")}</p>}
    </section>
  );
}

/** A line with its address, if it ends in one, as a link that takes nothing along. */
function Linked({ text }: { text: string }) {
  const found = /^(.*\s)(https:\/\/[^\s,]+)$/.exec(text);
  if (found === null) return text;
  return (
    <>
      {found[1]}
      <a href={found[2]} target="_blank" rel="noopener noreferrer">
        {found[2]}
      </a>
    </>
  );
}
