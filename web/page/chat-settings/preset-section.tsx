import { useEffect, useRef, useState } from "react";

import type { Preset } from "../../shared/api";
import { given, isSame } from "../../shared/chat-settings";
import { IconButton } from "../parts/icon-button";
import { Icon } from "../parts/icon";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import { useWork } from "../use-work";
import { SavePreset } from "./save-preset";
import type { useSetup } from "./use-setup";

/** The presets: lay one over this chat, keep what is set as one, delete one. */
export function PresetSection({ setup }: { setup: ReturnType<typeof useSetup> }) {
  const { setups } = useApp();
  const say = useSay();
  const presets = useStored((state) => state.presets);
  const applied = useStored((state) => state.applied);
  const title = useRef<HTMLHeadingElement>(null);
  return (
    <section className="settings-section">
      <h3 ref={title} tabIndex={-1}>
        {say("presets")}
      </h3>
      {presets.length === 0 ? (
        <p className="hint">{say("presets.none")}</p>
      ) : (
        <ul className="presets">
          {presets.map((preset) => (
            <PresetRow
              key={preset.id}
              preset={preset}
              isChosen={preset.system === setup.system && isSame(given(preset.settings), setup.settings)}
              choose={() => setups.apply(setup.chat, preset)}
              gone={() => title.current?.focus()}
            />
          ))}
        </ul>
      )}
      {applied !== null && applied.chat === setup.chat && (
        <p className="applied" role="status">
          <span>{say("preset.applied", { name: applied.name })}</span>
          <button type="button" className="quiet-button" onClick={() => setups.undo()}>
            {say("undo")}
          </button>
        </p>
      )}
      <SavePreset setup={setup} />
    </section>
  );
}

interface RowProps {
  preset: Preset;
  /** Whether all that is set is what this one says. */
  isChosen: boolean;
  choose: () => void;
  /** Hears that it was deleted, and with it what had the focus. */
  gone: () => void;
}

function PresetRow({ preset, isChosen, choose, gone }: RowProps) {
  const app = useApp();
  const say = useSay();
  const [isDoomed, setDoomed] = useState(false);
  const { problem, run } = useWork();
  const bin = useRef<HTMLButtonElement>(null);
  const wasDoomed = useRef(false);
  useEffect(() => {
    if (wasDoomed.current && !isDoomed) bin.current?.focus();
    wasDoomed.current = isDoomed;
  }, [isDoomed]);

  const remove = async () => {
    if (await run(() => app.presets.remove(preset.id))) gone();
  };
  if (isDoomed) {
    return (
      <li className="preset-doomed">
        <p>{say("preset.delete", { name: preset.name })}</p>
        {problem && <ProblemBox problem={problem} />}
        <div>
          <button type="button" className="button" autoFocus onClick={() => setDoomed(false)}>
            {say("cancel")}
          </button>
          <button type="button" className="button button-danger" onClick={() => void remove()}>
            {say("delete")}
          </button>
        </div>
      </li>
    );
  }
  return (
    <li className="preset">
      <button type="button" className="menu-item" aria-pressed={isChosen} onClick={choose}>
        <span className="menu-words">
          <span dir="auto">{preset.name}</span>
          {preset.system.trim() !== "" && (
            <small className="preset-system" dir="auto">
              {preset.system}
            </small>
          )}
        </span>
        {isChosen && <Icon name="check" />}
      </button>
      <IconButton
        ref={bin}
        icon="trash"
        label={say("preset.deleteOne", { name: preset.name })}
        onClick={() => setDoomed(true)}
      />
    </li>
  );
}
