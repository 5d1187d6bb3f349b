import { type FormEvent, useId, useState } from "react";

import "../styles/password.css";
import { useReader } from "../reader";
import { useWork } from "../use-work";
import { ProblemBox } from "./problem-box";

interface Props {
  /** The locked document's. */
  name: string;
  /** Throws what is wrong. */
  open: (password: string) => Promise<unknown>;
}

/** Asks for the password of a locked document. It leaves the field as it is used, and is kept nowhere. */
export default function PasswordForm({ name, open }: Props) {
  const { say } = useReader();
  const work = useWork();
  const id = useId();
  const [password, setPassword] = useState("");
  const isWrong = work.problem?.field === "password";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setPassword("");
    void work.run(() => open(password));
  };
  return (
    <form className="password-form" data-testid="password-form" onSubmit={submit}>
      <label htmlFor={id}>{say("locked.password", { name })}</label>
      <div className="password-field">
        <input
          id={id}
          type="password"
          className="field"
          autoComplete="off"
          aria-describedby={`${id}-hint`}
          aria-invalid={isWrong || undefined}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <button type="submit" className="button" disabled={password === "" || work.isBusy}>
          {say("locked.open")}
        </button>
      </div>
      <p id={`${id}-hint`} className="hint">
        {say("locked.once")}
      </p>
      {isWrong ? <p role="alert">{say("locked.wrong")}</p> : work.problem && <ProblemBox problem={work.problem} />}
    </form>
  );
}
