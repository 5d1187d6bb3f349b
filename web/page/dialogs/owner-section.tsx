/** What holds in all chats and can be said in words or chosen: instructions, safeguards, tools, labels. */

import { useCallback, useEffect, useId, useRef, useState } from "react";

import type { ProgramSetting } from "../../shared/api";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { useWork } from "../use-work";
import { Choice } from "./choice";
import { isOwnerKey, type OwnerKey, ownerWords } from "./owner-words";

/** Settings that are a text of several lines. */
const LONG = new Set(["system"]);

export function OwnerSection() {
  const { app, language } = useReader();
  const words = ownerWords(language);
  const [settings, setSettings] = useState<readonly ProgramSetting[] | null>(null);
  const { problem, run } = useWork();
  const newest = useRef(0);
  /** Show what is answered, unless more was asked since: what was chosen meanwhile is not in it. */
  const show = useCallback(async (asked: Promise<{ settings: readonly ProgramSetting[] } | null>) => {
    const mine = ++newest.current;
    const found = await asked;
    if (found !== null && mine === newest.current) setSettings(found.settings);
  }, []);
  const load = useCallback(() => show(app.server.attempt((api) => api.settings())), [app, show]);
  useEffect(() => {
    void load();
    return app.inStep.onChange((changes) => {
      if (changes.some(({ kind }) => kind === "settings" || kind === "all")) void load();
    });
  }, [app, load]);
  if (settings === null) return null;
  const set = async (name: string, value: string) => {
    const isSet = await run(() => show(app.server.do((api) => api.set({ [name]: value }))));
    if (!isSet) void load();
    return isSet;
  };
  const choose = (name: string, value: string) => {
    setSettings(settings.map((one) => (one.name === name ? { ...one, value } : one)));
    void set(name, value);
  };
  return (
    <section className="settings-section" data-testid="owner">
      <h3>{words.title}</h3>
      <p className="hint">{words.hint}</p>
      {settings.map((setting) =>
        setting.choices.length > 0 && !setting.fixed ? (
          <Choice
            key={setting.name}
            label={named(words, setting.name)}
            options={setting.choices.map((value) => ({ value, label: chosenAs(words, setting.name, value) }))}
            chosen={setting.value}
            choose={(value) => choose(setting.name, value)}
          />
        ) : (
          <Written key={setting.name} setting={setting} save={(value) => set(setting.name, value)} />
        ),
      )}
      {problem && <ProblemBox problem={problem} />}
    </section>
  );
}

interface WrittenProps {
  setting: ProgramSetting;
  save: (value: string) => Promise<boolean>;
}

/** One that is said in words, or that cannot be changed here. */
function Written({ setting, save }: WrittenProps) {
  const { language } = useReader();
  const words = ownerWords(language);
  const id = useId();
  const [typed, setTyped] = useState(setting.value);
  const [isSaved, setSaved] = useState(false);
  useEffect(() => setTyped(setting.value), [setting.value]);
  const hint = setting.fixed ? "fixed" : `${setting.name}.hint`;
  const field = {
    id,
    className: "field",
    dir: "auto" as const,
    value: typed,
    readOnly: setting.fixed,
    "aria-describedby": `${id}-hint`,
    onChange: ({ target }: { target: { value: string } }) => {
      setTyped(target.value);
      setSaved(false);
    },
  };
  return (
    <form
      className="get-by-name"
      onSubmit={(event) => {
        event.preventDefault();
        void save(typed.trim()).then(setSaved);
      }}
    >
      <label htmlFor={id}>{named(words, setting.name)}</label>
      {LONG.has(setting.name) ? <textarea rows={3} {...field} /> : <input autoComplete="off" {...field} />}
      <p id={`${id}-hint`} className="hint">
        {isOwnerKey(hint) && words[hint]}
      </p>
      {!setting.fixed && (
        <div className="get-by-name-field">
          <button type="submit" className="button" disabled={typed.trim() === setting.value}>
            {words.save}
          </button>
          <span role="status">{isSaved && words.saved}</span>
        </div>
      )}
    </form>
  );
}

type Words = Record<OwnerKey, string>;

const named = (words: Words, name: string): string => (isOwnerKey(name) ? words[name] : name);

function chosenAs(words: Words, name: string, value: string): string {
  const key = `${name}.${value}`;
  return isOwnerKey(key) ? words[key] : isOwnerKey(value) ? words[value] : value;
}
