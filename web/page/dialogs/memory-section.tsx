/** What is remembered in all chats: off until it is turned on, each line with where it came from. */

import { useCallback, useEffect, useId, useState } from "react";

import type { Memory } from "../../shared/api";
import { eraseMemory, readMemory, remember, switchMemory } from "../../shared/memory";
import { ProblemBox } from "../parts/problem-box";
import { useReader } from "../reader";
import { useWork } from "../use-work";
import { RememberedRow } from "./remembered-row";

export function MemorySection() {
  const { app, say } = useReader();
  const { memory, load } = useMemory();
  const { isBusy, problem, run } = useWork();
  const [isAsked, setAsked] = useState(false);
  const [turned, setTurned] = useState<boolean | null>(null);
  const hint = useId();
  if (memory === null) return null;
  const turn = async (on: boolean) => {
    setTurned(on);
    await run(() => app.server.do((api) => switchMemory(api, on)).then(load));
    setTurned(null);
  };
  const eraseAll = () => run(() => app.server.do(eraseMemory).then(load)).then(() => setAsked(false));
  return (
    <section className="settings-section" data-testid="memory">
      <h3>{say("memory")}</h3>
      <label className="switch-line">
        <input
          type="checkbox"
          checked={turned ?? memory.on}
          disabled={isBusy}
          aria-describedby={hint}
          onChange={(event) => void turn(event.target.checked)}
        />
        {say("memory.on")}
      </label>
      <p id={hint} className="hint">
        {say("memory.hint")}
      </p>
      {memory.remembered.length > 0 && (
        <ul className="remembered">
          {memory.remembered.map((line) => (
            <RememberedRow key={line.id} line={line} changed={load} />
          ))}
        </ul>
      )}
      <NewLine added={load} />
      {problem && <ProblemBox problem={problem} />}
      {memory.remembered.length > 0 && !isAsked && (
        <button type="button" className="button browsers-out" onClick={() => setAsked(true)}>
          {say("memory.eraseAll")}
        </button>
      )}
      {isAsked && (
        <div className="browsers-sure">
          <p>{say("memory.sure")}</p>
          <button type="button" className="button" autoFocus onClick={() => setAsked(false)}>
            {say("cancel")}
          </button>
          <button type="button" className="button button-danger" disabled={isBusy} onClick={() => void eraseAll()}>
            {say("memory.eraseAll")}
          </button>
        </div>
      )}
    </section>
  );
}

function NewLine({ added }: { added: () => Promise<void> }) {
  const { app, say } = useReader();
  const { isBusy, problem, run } = useWork();
  const [text, setText] = useState("");
  const field = useId();
  const add = () =>
    run(async () => {
      await app.server.do((api) => remember(api, text));
      setText("");
      await added();
    });
  return (
    <form
      className="get-by-name"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <label htmlFor={field}>{say("memory.add")}</label>
      <div className="get-by-name-field">
        <input
          id={field}
          className="field"
          autoComplete="off"
          maxLength={500}
          placeholder={say("memory.example")}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={text.trim() === "" || isBusy}>
          {say("memory.remember")}
        </button>
      </div>
      {problem && <ProblemBox problem={problem} />}
    </form>
  );
}

function useMemory(): { memory: Memory | null; load: () => Promise<void> } {
  const { app } = useReader();
  const [memory, setMemory] = useState<Memory | null>(null);
  const load = useCallback(async () => {
    const found = await app.server.attempt(readMemory);
    if (found !== null) setMemory(found);
  }, [app]);
  useEffect(() => {
    void load();
    return app.inStep.onChange((changes) => {
      if (changes.some(({ kind }) => kind === "settings" || kind === "all")) void load();
    });
  }, [app, load]);
  return { memory, load };
}
