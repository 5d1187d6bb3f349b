import { useEffect, useId, useState } from "react";

import { type ChatSettings, changed, numberIn, type SettingName, slideOf } from "../../shared/chat-settings";
import { localeOf } from "../../shared/strings";
import { IconButton } from "../parts/icon-button";
import { useReader, useStored } from "../reader";

interface Props {
  name: SettingName;
  settings: ChatSettings;
  change: (settings: ChatSettings) => void;
}

/** One number: a slider where that helps, a field for exact ones, and the way back to the default. */
export function SettingField({ name, settings, change }: Props) {
  const { say, language } = useReader();
  const defaults = useStored((state) => state.defaults);
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const value = settings[name];
  useEffect(() => setTyped((text) => (text === String(value ?? "") ? text : null)), [value]);

  const range = defaults?.ranges[name];
  if (defaults === null || range === undefined) return null;
  const usual = defaults.settings[name];
  const slide = slideOf(name, range, defaults.window);
  const numbers = new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 4 });
  const label = say(`setting.${name}`);
  const usualWords = usual === null ? say("setting.random") : numbers.format(usual);
  const isWrong = typed !== null && numberIn(typed, range) === undefined;

  const put = (to: number | null) => change(changed(settings, name, to));
  const type = (text: string) => {
    setTyped(text);
    const number = numberIn(text, range);
    if (number !== undefined) put(number);
  };
  const reset = () => {
    setTyped(null);
    put(null);
  };
  return (
    <div className="setting" role="group" aria-labelledby={`${id}-name`}>
      <div className="setting-row">
        <label id={`${id}-name`} htmlFor={id}>
          {label}
        </label>
        <IconButton
          icon="again"
          className="setting-reset"
          label={say("setting.reset", { name: label, value: usualWords })}
          disabled={value === undefined && typed === null}
          onClick={reset}
        />
        <input
          id={id}
          className="field setting-number"
          type="text"
          inputMode={range.whole ? "numeric" : "decimal"}
          autoComplete="off"
          aria-describedby={`${id}-words`}
          aria-invalid={isWrong || undefined}
          placeholder={usualWords}
          value={typed ?? (value === undefined ? "" : String(value))}
          onChange={(event) => type(event.target.value)}
          onBlur={() => !isWrong && setTyped(null)}
        />
      </div>
      {slide !== null && (
        <input
          className="setting-slider"
          type="range"
          aria-label={label}
          aria-valuetext={value === undefined ? say("setting.default", { value: usualWords }) : numbers.format(value)}
          data-unset={value === undefined || undefined}
          min={slide.low}
          max={slide.high}
          step={slide.step}
          value={value ?? usual ?? slide.low}
          onChange={(event) => put(Number(event.target.value))}
        />
      )}
      <p id={`${id}-words`} className="hint">
        {isWrong && (
          <strong className="setting-wrong" role="alert">
            {say(range.whole ? "setting.wrongWhole" : "setting.wrong", {
              low: numbers.format(range.low),
              high: numbers.format(range.high),
            })}{" "}
          </strong>
        )}
        {say("setting.hint", { hint: say(`setting.${name}.hint`), value: usualWords })}
      </p>
    </div>
  );
}
