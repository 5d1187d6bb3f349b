import { type FormEvent, useEffect, useId, useRef, useState } from "react";

import { useAnnounce } from "../parts/announcer";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { useWork } from "../use-work";
import type { useSetup } from "./use-setup";

const LONGEST_NAME = 60;

/** Keeps what is set as a preset, under a new name or in place of one that is there. */
export function SavePreset({ setup }: { setup: ReturnType<typeof useSetup> }) {
  const { presets } = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const field = useId();
  const [name, setName] = useState<string | null>(null);
  const { problem, run } = useWork();
  const button = useRef<HTMLButtonElement>(null);
  const isOpen = name !== null;
  const wasOpen = useRef(false);
  useEffect(() => {
    if (wasOpen.current && !isOpen) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);

  if (name === null) {
    return (
      <button ref={button} type="button" className="button preset-save" onClick={() => setName("")}>
        {say("preset.save")}
      </button>
    );
  }
  const there = presets.named(name);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!(await run(() => presets.save(name, setup)))) return;
    setName(null);
    announce(say("preset.saved", { name: name.trim() }));
  };
  return (
    <form className="preset-form" onSubmit={(event) => void save(event)}>
      <label htmlFor={field}>{say("preset.name")}</label>
      <input
        id={field}
        className="field"
        type="text"
        autoComplete="off"
        autoFocus
        maxLength={LONGEST_NAME}
        value={name}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault(); // or the dialog would close
          setName(null);
        }}
      />
      {there && <p className="hint">{say("preset.replaces", { name: there.name })}</p>}
      {problem && <ProblemBox problem={problem} />}
      <div className="preset-acts">
        <button type="button" className="button" onClick={() => setName(null)}>
          {say("cancel")}
        </button>
        <button type="submit" className="button button-main" disabled={name.trim() === ""}>
          {say(there ? "preset.replace" : "preset.save")}
        </button>
      </div>
    </form>
  );
}
