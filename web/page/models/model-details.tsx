/** What a model is in plain words, what its licence asks, and how to have it answer always. */

import { useEffect, useState } from "react";

import type { OneModel } from "../../shared/api";
import { tongueOf } from "../../shared/strings";
import { Dialog } from "../dialogs/dialog";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { useWork } from "../use-work";
import { CommandLine } from "./command-line";

export function ModelDetails({ name, close }: { name: string; close: () => void }) {
  const { app, say } = useReader();
  const { problem, run } = useWork();
  const [found, setFound] = useState<OneModel | null>(null);
  useEffect(() => {
    void run(async () => setFound(await app.server.do((api) => api.model(name))));
  }, [app, name, run]);
  return (
    <Dialog title={name} close={close}>
      <div className="dialog-body">
        {problem && <ProblemBox problem={problem} />}
        {found === null && problem === null && <p className="hint">{say("loading")}</p>}
        {found !== null && <Told found={found} />}
      </div>
    </Dialog>
  );
}

function Told({ found }: { found: OneModel }) {
  const { say } = useReader();
  const { model, lines, terms, licence_text: text } = found;
  return (
    <>
      <section className="settings-section">
        <h3>{say("models.about")}</h3>
        <div className="model-lines" lang={tongueOf(lines.join())}>
          {lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
        {model.sha256 !== null && <Fact name="SHA-256" value={model.sha256} />}
        {model.source !== null && <Fact name={say("models.source")} value={model.source} />}
      </section>
      <section className="settings-section">
        <h3>{say("licence")}</h3>
        <div className="model-lines" lang={tongueOf(terms.join())}>
          {terms.map((line) => (
            <p key={line}>{line}</p>
          ))}
        </div>
        {text !== null && (
          <details className="licence-text">
            <summary>{say("licence.text")}</summary>
            <pre lang="en" tabIndex={0}>
              {text}
            </pre>
          </details>
        )}
      </section>
      {!model.answers && model.kind === "language" && (
        <section className="settings-section">
          <h3>{say("models.always")}</h3>
          <p className="hint">{say("models.always.words")}</p>
          <CommandLine command={`sotto settings set model ${quoted(model.name)}`} />
        </section>
      )}
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <p className="model-fact">
      <span>{name}</span> <code>{value}</code>
    </p>
  );
}

function quoted(name: string): string {
  return /^[\w.@+-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
