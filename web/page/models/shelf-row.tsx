/** A model that is here: what it is, how it does, and what can be done with it. */

import { useState } from "react";

import type { Model, Verified } from "../../shared/api";
import { asWords } from "../../shared/model-facts";
import { localeOf, tongueOf } from "../../shared/strings";
import { inWords } from "../bytes";
import { useAnnounce } from "../parts/announcer";
import { Icon } from "../parts/icon";
import { Menu, type MenuItem } from "../parts/menu";
import { ProblemBox } from "../parts/problem-box";
import { useReader, useSay } from "../reader";
import { useWork } from "../use-work";
import { FitBadge, FitFigures } from "./fit-badge";
import { licenceWords } from "./licence-words";
import { ModelDetails } from "./model-details";
import { kindOf, languagesOf, parametersOf } from "./model-words";
import { RemoveDialog } from "./remove-dialog";
import { useChosen } from "./use-chosen";

type Over = "details" | "remove" | null;

export function ShelfRow({ model, leave }: { model: Model; leave: () => void }) {
  const { app, say } = useReader();
  const chosen = useChosen();
  const work = useWork();
  const announce = useAnnounce();
  const [verdict, setVerdict] = useState<Verified | "now" | null>(null);
  const [over, setOver] = useState<Over>(null);
  const { library } = app;

  const use = () => {
    chosen.choose(model.name);
    leave();
  };
  const load = async () => {
    if (await work.run(() => library.load(model.name))) announce(say("models.loaded.now", { name: model.name }));
  };
  const verify = async () => {
    setVerdict("now");
    if (!(await work.run(async () => setVerdict(await library.verify(model.name))))) setVerdict(null);
  };
  const answers = model.kind === "language";
  const loading: MenuItem = model.loaded
    ? { label: say("models.unload"), act: () => void work.run(() => library.unload(model.name)) }
    : { label: say("models.load"), act: () => void load() };
  const items: MenuItem[] = [
    { label: say("models.details"), icon: "info", act: () => setOver("details") },
    ...(answers ? [loading] : []),
    { label: say("models.verify"), act: () => void verify() },
    { label: say("models.remove"), icon: "trash", isDangerous: true, act: () => setOver("remove") },
  ];
  const isLoading = work.isBusy && verdict !== "now";

  return (
    <li className="model-row" data-testid={`model-${model.name}`}>
      <div className="model-words">
        <h3>{model.name}</h3>
        <Tags model={model} isLoading={isLoading} />
        <Facts model={model} />
        {verdict !== null && <Verdict verdict={verdict} />}
        {work.problem && <ProblemBox problem={work.problem} />}
      </div>
      <div className="model-acts">
        {answers && chosen.name !== model.name && (
          <button type="button" className="button" onClick={use}>
            {say("models.use")}
          </button>
        )}
        <Menu label={say("models.more.for", { name: model.name })} items={items}>
          <Icon name="more" />
        </Menu>
      </div>
      {over === "details" && <ModelDetails name={model.name} close={() => setOver(null)} />}
      {over === "remove" && <RemoveDialog model={model} close={() => setOver(null)} />}
    </li>
  );
}

function Tags({ model, isLoading }: { model: Model; isLoading: boolean }) {
  const { say } = useReader();
  const chosen = useChosen();
  return (
    <p className="model-tags">
      <FitBadge fit={model.fit} />
      {model.fit && <FitFigures fit={model.fit} />}
      {model.answers && <span className="tag">{say("models.answers")}</span>}
      {chosen.name === model.name && <span className="tag">{say("models.chosen")}</span>}
      {isLoading && <span className="tag">{say("models.loading")}</span>}
      {model.loaded && <span className="tag">{say("models.loaded")}</span>}
    </p>
  );
}

function Facts({ model }: { model: Model }) {
  const { say, language } = useReader();
  const kind = model.kind === "language" ? "" : kindOf(model, say);
  const size = [inWords(model.bytes, language), parametersOf(model.parameters, say), model.packing];
  const spoken = model.languages === "unknown" ? [] : model.languages.split(", ");
  const about = [kind, ...size, languagesOf(spoken, say, language), licenceWords(model.licence, say)];
  const date = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium" });
  const measured = model.measured_tokens_per_s;
  const does = [
    ...(measured === null ? [] : [say("fit.measured", { words: asWords(measured) })]),
    ...(model.used === null ? [] : [say("models.used", { when: date.format(model.used * 1000) })]),
  ];
  return (
    <>
      <p className="model-facts">{about.filter(Boolean).join(" · ")}</p>
      {does.length > 0 && <p className="model-facts">{does.join(" · ")}</p>}
      {model.kind === "" && (
        <p className="model-facts" lang="en">
          {model.note}
        </p>
      )}
      {model.is_starter && <p className="model-facts">{say("models.starter")}</p>}
      {model.linked && <p className="model-facts">{say("models.linked")}</p>}
    </>
  );
}

function Verdict({ verdict }: { verdict: Verified | "now" }) {
  const say = useSay();
  if (verdict === "now") return <p className="model-verdict">{say("models.verifying")}</p>;
  const key = `verdict.${verdict.state}` as "verdict.sound";
  return (
    <p className="model-verdict" data-state={verdict.state} role="status">
      <Icon name={verdict.state === "wrong" ? "warning" : "check"} />
      <span>
        {say(key)} <span lang={tongueOf(verdict.sentence)}>{verdict.sentence}</span>
      </span>
    </p>
  );
}
