import { useState } from "react";

import { isOther, type Rival } from "../../shared/rival";
import { inWords } from "../bytes";
import { Dialog } from "../dialogs/dialog";
import { Icon } from "../parts/icon";
import { useApp, useReader, useStored } from "../reader";
import { useAnswering } from "./use-answering";

/** Chooses who else answers the next questions of this chat: a model, a variant, or the same one otherwise. */
export function RivalDialog({ model, close }: { model: string; close: () => void }) {
  const { sideBySide } = useApp();
  const { say, language } = useReader();
  const rival = useStored((state) => state.rival);
  const models = useAnswering();
  const variants = useStored((state) => state.variants);
  const choose = (chosen: Rival) => {
    sideBySide.compareWith(chosen);
    close();
  };
  const others = [
    ...models.map(({ name, bytes, licence }) => ({ name, about: [inWords(bytes, language), licence.name || licence.id] })),
    ...variants.map(({ name, model: base, title }) => ({ name, about: [say("model.variant", { model: base }), title] })),
  ].filter(({ name }) => isOther({ model: name, temperature: null }, model));
  return (
    <Dialog title={say("compare.title", { model })} className="dialog-small" close={close}>
      <div className="dialog-body rivals">
        <p className="hint">{say("compare.words")}</p>
        <ul>
          {others.map(({ name, about }) => {
            const isChosen = name === rival?.model && rival.temperature === null;
            return (
              <li key={name}>
                <button
                  type="button"
                  className="menu-item"
                  aria-pressed={isChosen}
                  onClick={() => choose({ model: name, temperature: null })}
                >
                  <span className="menu-words">
                    <span>{name}</span>
                    <small>{about.filter(Boolean).join(" · ")}</small>
                  </span>
                  {isChosen && <Icon name="check" />}
                </button>
              </li>
            );
          })}
        </ul>
        <Otherwise model={model} begun={rival?.model === model ? rival.temperature : null} choose={choose} />
      </div>
    </Dialog>
  );
}

/** The temperatures that a server takes; see core/sampling.py. */
const HIGHEST = 2;

interface OtherwiseProps {
  model: string;
  begun: number | null;
  choose: (rival: Rival) => void;
}

/** The same model, its answers drawn with another temperature. */
function Otherwise({ model, begun, choose }: OtherwiseProps) {
  const { say } = useReader();
  const [typed, setTyped] = useState(String(begun ?? 0));
  const temperature = typed.trim() === "" ? NaN : Number(typed);
  const isRight = temperature >= 0 && temperature <= HIGHEST;
  return (
    <form
      className="get-by-name"
      onSubmit={(event) => {
        event.preventDefault();
        if (isRight) choose({ model, temperature });
      }}
    >
      <label htmlFor="temperature">{say("compare.same", { model })}</label>
      <div className="get-by-name-field">
        <input
          id="temperature"
          className="field"
          type="number"
          min={0}
          max={HIGHEST}
          step="any"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="button" disabled={!isRight}>
          {say("compare")}
        </button>
      </div>
    </form>
  );
}
