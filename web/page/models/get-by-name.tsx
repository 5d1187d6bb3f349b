import { type FormEvent, useState } from "react";

import { refOf } from "../../shared/model-facts";
import { useSay } from "../reader";

/** For what is not in the catalogue: a name as `sotto models pull` takes it. What it is is told before it comes. */
export function GetByName({ get }: { get: (ref: string) => void }) {
  const say = useSay();
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const ref = refOf(text);
    if (ref !== "") get(ref);
  };
  return (
    <form className="get-by-name" onSubmit={submit}>
      <label htmlFor="model-ref">{say("models.byName")}</label>
      <p id="model-ref-hint" className="hint">
        {say("models.byName.hint")} <code>hf:Qwen/Qwen3-4B-GGUF:Q4_K_M</code>
      </p>
      <div className="get-by-name-field">
        <input
          id="model-ref"
          className="field"
          aria-describedby="model-ref-hint"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <button type="submit" className="button" disabled={refOf(text) === ""}>
          {say("models.byName.look")}
        </button>
      </div>
    </form>
  );
}
