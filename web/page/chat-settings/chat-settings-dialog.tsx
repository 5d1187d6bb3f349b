/** What is set for the chat that is open, or for the one to come: instructions, presets, how answers are drawn. */

import { useEffect, useId } from "react";

import { COMMON, RARE } from "../../shared/chat-settings";
import { GrowingField } from "../composer/growing-field";
import { Dialog } from "../dialogs/dialog";
import { useApp, useSay, useStored } from "../reader";
import { ContextFigures } from "./context-figures";
import { PresetSection } from "./preset-section";
import { SavedState } from "./saved-state";
import { SettingField } from "./setting-field";
import { ToolsField } from "./tools-field";
import { useSetup } from "./use-setup";

export function ChatSettingsDialog({ close }: { close: () => void }) {
  const { presets, setups } = useApp();
  const say = useSay();
  const setup = useSetup();
  const { chat } = setup;
  const hint = useId();
  const defaults = useStored((state) => state.defaults);

  useEffect(() => {
    void presets.learn();
    void presets.list();
  }, [presets]);
  useEffect(() => () => void setups.send(chat), [setups, chat]);

  const field = (name: (typeof COMMON | typeof RARE)[number]) => (
    <SettingField key={name} name={name} settings={setup.settings} change={(settings) => setup.change({ settings })} />
  );
  return (
    <Dialog title={say("chatSettings")} className="dialog-side" close={close}>
      <div className="dialog-body chat-settings">
        {chat === null && <p className="hint">{say("chatSettings.new")}</p>}
        <PresetSection setup={setup} />
        <section className="settings-section">
          <div className="field-head">
            <h3>{say("chatSettings.system")}</h3>
            <span className="hint">{say("chatSettings.count", { count: setup.system.length })}</span>
          </div>
          <div className="field system-field">
            <GrowingField
              label={say("chatSettings.system")}
              placeholder={say("chatSettings.system.example")}
              aria-describedby={hint}
              value={setup.system}
              isFocused={false}
              change={(system) => setup.change({ system })}
              press={() => undefined}
            />
          </div>
          <p id={hint} className="hint">
            {say("chatSettings.system.hint")}
          </p>
        </section>
        {defaults === null ? (
          <p className="hint">{say("chatSettings.waiting")}</p>
        ) : (
          <section className="settings-section">
            <h3>{say("chatSettings.answers")}</h3>
            {COMMON.map(field)}
            <ToolsField settings={setup.settings} change={(settings) => setup.change({ settings })} />
            <details className="settings-more" open={RARE.some((name) => setup.settings[name] !== undefined) || undefined}>
              <summary>{say("chatSettings.more")}</summary>
              <div>{RARE.map(field)}</div>
            </details>
          </section>
        )}
        {chat !== null && (
          <section className="settings-section">
            <h3>{say("context")}</h3>
            <ContextFigures text="" />
          </section>
        )}
      </div>
      <footer className="chat-settings-foot">
        <SavedState setup={setup} />
        <button
          type="button"
          className="button"
          disabled={Object.keys(setup.settings).length === 0}
          onClick={() => setup.change({ settings: {} })}
        >
          {say("chatSettings.resetAll")}
        </button>
      </footer>
    </Dialog>
  );
}
