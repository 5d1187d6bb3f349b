import type { Model } from "../../shared/api";
import { inWords } from "../bytes";
import { useReader, useSay, useStored } from "../reader";

/** The models on this machine, with what they take and under which licence they came. */
export function ModelList() {
  const say = useSay();
  const models = useStored((state) => state.models);
  return (
    <>
      <ul className="models">
        {models.map((model) => (
          <ModelRow key={model.name} model={model} />
        ))}
      </ul>
      <p className="hint">
        {say("models.more")} <code>sotto models suggest</code>
      </p>
    </>
  );
}

function ModelRow({ model }: { model: Model }) {
  const { say, language } = useReader();
  const facts = [inWords(model.bytes, language), model.licence.name || model.licence.id, model.languages];
  return (
    <li>
      <span className="models-name">{model.name}</span>
      {model.answers && <span className="tag">{say("models.answers")}</span>}
      {model.loaded && <span className="tag">{say("models.loaded")}</span>}
      <small>{facts.filter(Boolean).join(" · ")}</small>
      {model.note && <small lang="en">{model.note}</small>}
    </li>
  );
}
