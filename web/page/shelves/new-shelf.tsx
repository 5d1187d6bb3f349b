import { type FormEvent, useState } from "react";

import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { useWork } from "../use-work";

/** Makes an empty shelf, and opens it. */
export function NewShelf({ made }: { made: (shelf: string) => void }) {
  const { shelves } = useApp();
  const say = useSay();
  const work = useWork();
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.run(async () => {
      const { id } = await shelves.make(name);
      setName("");
      made(id);
    });
  };
  return (
    <form className="get-by-name" onSubmit={submit}>
      <label htmlFor="shelf-name">{say("shelves.new")}</label>
      <p id="shelf-name-hint" className="hint">
        {say("shelves.new.hint")}
      </p>
      <div className="get-by-name-field">
        <input
          id="shelf-name"
          className="field"
          aria-describedby="shelf-name-hint"
          autoComplete="off"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <button type="submit" className="button" disabled={name.trim() === "" || work.isBusy}>
          {say("shelves.make")}
        </button>
      </div>
      {work.problem && <ProblemBox problem={work.problem} />}
    </form>
  );
}
