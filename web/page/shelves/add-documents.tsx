/** Puts documents on a shelf: files that are chosen or dropped here, or a folder of the server's machine. */

import { type ChangeEvent, type DragEvent, type FormEvent, useState } from "react";

import type { Shelf } from "../../shared/api";
import { MOST_BYTES, type Sending } from "../../shared/shelves";
import { inWords } from "../bytes";
import { useAnnounce } from "../parts/announcer";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import PasswordForm from "../parts/password-form";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader } from "../reader";
import { useWork } from "../use-work";
import { useShelves } from "./use-shelves";

export function AddDocuments({ shelf }: { shelf: Shelf }) {
  const { say } = useReader();
  const all = useShelves((state) => state.sending);
  const sending = all.filter((one) => one.shelf === shelf.id);
  return (
    <div className="shelf-add">
      <ByPath shelf={shelf} />
      <ByFile shelf={shelf} />
      {sending.length > 0 && (
        <ul className="shelf-sending" aria-label={say("shelves.sending")}>
          {sending.map((one, at) => (
            <SendingRow key={`${at} ${one.name}`} sending={one} />
          ))}
        </ul>
      )}
    </div>
  );
}

function ByPath({ shelf }: { shelf: Shelf }) {
  const { app, say } = useReader();
  const work = useWork();
  const announce = useAnnounce();
  const [path, setPath] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void work.run(async () => {
      await app.shelves.add(shelf.id, path);
      setPath("");
      announce(say("shelves.add.begun"));
    });
  };
  return (
    <form className="get-by-name" onSubmit={submit}>
      <label htmlFor="shelf-path">{say("shelves.add.path")}</label>
      <p id="shelf-path-hint" className="hint">
        {say("shelves.add.hint")}
      </p>
      <div className="get-by-name-field">
        <input
          id="shelf-path"
          className="field"
          aria-describedby="shelf-path-hint"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          placeholder="~/Documents"
          value={path}
          onChange={(event) => setPath(event.target.value)}
        />
        <button type="submit" className="button" disabled={path.trim() === "" || work.isBusy}>
          {say("shelves.add")}
        </button>
      </div>
      {work.problem && <ProblemBox problem={work.problem} />}
    </form>
  );
}

function ByFile({ shelf }: { shelf: Shelf }) {
  const { app, say } = useReader();
  const [isOver, setOver] = useState(false);
  const give = (files: FileList | null) => {
    if (files !== null && files.length > 0) void app.shelves.give(shelf.id, [...files]);
  };
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    give(event.target.files);
    event.target.value = ""; // so that the same one can be chosen again
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    event.stopPropagation();
    setOver(false);
    give(event.dataTransfer.files);
  };
  return (
    <div
      className="import-drop shelf-drop"
      data-dropping={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <label className="button">
        <Icon name="file" />
        {say("shelves.give")}
        <input type="file" multiple className="off-screen" data-testid="shelf-files" onChange={choose} />
      </label>
      <p className="hint">{say("shelves.give.hint")}</p>
    </div>
  );
}

function SendingRow({ sending }: { sending: Sending }) {
  const { say, language } = useReader();
  const { shelves } = useApp();
  const { name, problem } = sending;
  if (problem === null) return <li className="model-facts">{say("shelves.sending.one", { name })}</li>;
  const isLarge = problem.code === "too_large" && problem.sentence === "";
  return (
    <li className="shelf-refused">
      <div>
        <strong dir="auto">{name}</strong>
        {isLarge ? (
          <p className="model-facts">{say("shelves.large", { most: inWords(MOST_BYTES, language) })}</p>
        ) : problem.field === "password" ? (
          <>
            <p className="model-facts">{say("attach.no.locked", { name })}</p>
            <PasswordForm name={name} open={(password) => shelves.giveLocked(sending, password)} />
          </>
        ) : (
          <ProblemBox problem={problem} />
        )}
      </div>
      <IconButton icon="close" label={say("download.dismiss", { name })} onClick={() => shelves.dismiss(sending)} />
    </li>
  );
}
