/** The documents on a shelf, those that could not be read first, each with why. */

import { useEffect, useState } from "react";

import type { Document, Shelf } from "../../shared/api";
import { told } from "../../shared/problem";
import { tongueOf } from "../../shared/strings";
import { inWords } from "../bytes";
import { IconButton } from "../parts/icon-button";
import PasswordForm from "../parts/password-form";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useReader } from "../reader";
import { useWork } from "../use-work";
import { dayIn } from "./shelf-words";

export function DocumentList({ shelf }: { shelf: Shelf }) {
  const { say } = useReader();
  if (shelf.documents + shelf.unread === 0) return null;
  return (
    <>
      {shelf.unread > 0 && <Part shelf={shelf} title={say("shelves.documents.unread")} isUnread />}
      <Part shelf={shelf} title={say("shelves.documents")} isUnread={false} />
    </>
  );
}

function Part({ shelf, title, isUnread }: { shelf: Shelf; title: string; isUnread: boolean }) {
  const { app, say } = useReader();
  const work = useWork();
  const { documents, further, more } = useDocuments(shelf, isUnread);
  const shown = isUnread ? documents : documents.filter(({ problem }) => problem === null);
  return (
    <section className="shelf-part" data-testid={isUnread ? "unread" : "documents"}>
      <h4>{title}</h4>
      <ul>
        {shown.map((document) => (
          <DocumentRow
            key={document.name}
            document={document}
            unlock={(password) => app.shelves.unlock(shelf.id, document.name, password)}
            remove={document.source === null ? () => void work.run(() => app.shelves.takeBack(shelf.id, document.name)) : null}
          />
        ))}
      </ul>
      {work.problem && <ProblemBox problem={work.problem} />}
      {further !== null && (
        <button type="button" className="quiet-button" onClick={more}>
          {say("attach.further")}
        </button>
      )}
    </section>
  );
}

interface RowProps {
  document: Document;
  unlock: (password: string) => Promise<unknown>;
  remove: (() => void) | null;
}

function DocumentRow({ document, unlock, remove }: RowProps) {
  const { say, language } = useReader();
  const { name, title, written, pages, size, problem, locked } = document;
  const facts = [
    title,
    written === null ? "" : dayIn(language)(written),
    pages === null ? "" : say("shelves.pages", { count: pages }),
    inWords(size, language),
  ];
  return (
    <li className="shelf-line">
      <span className="shelf-line-words">
        <span dir="auto">{name}</span>
        {problem === null ? (
          <small>{facts.filter(Boolean).join(" · ")}</small>
        ) : locked ? (
          <small>{say("attach.no.locked", { name })}</small>
        ) : (
          <small lang={tongueOf(problem)}>{problem}</small>
        )}
        {locked && <PasswordForm name={name} open={unlock} />}
      </span>
      {remove !== null && <IconButton icon="trash" label={say("shelves.takeOff.named", { name })} onClick={remove} />}
    </li>
  );
}

interface Documents {
  documents: readonly Document[];
  further: string | null;
  more: () => void;
}

/** Fetches the first of them whenever something about the shelf has changed, and more when asked. */
function useDocuments(shelf: Shelf, isUnread: boolean): Documents {
  const { shelves } = useApp();
  const [found, setFound] = useState<Omit<Documents, "more">>({ documents: [], further: null });
  const state = JSON.stringify([shelf.documents, shelf.unread, shelf.synced, shelf.given, shelf.text]);
  useEffect(() => {
    let isHere = true;
    shelves.documents(shelf.id, "", isUnread).then(
      (list) => isHere && setFound(list),
      (cause: unknown) => void told(cause), // the list of shelves says why
    );
    return () => {
      isHere = false;
    };
  }, [shelves, shelf.id, isUnread, state]);
  const more = () => {
    if (found.further === null) return;
    void shelves.documents(shelf.id, found.further, isUnread).then(
      (list) => setFound({ documents: [...found.documents, ...list.documents], further: list.further }),
      (cause: unknown) => void told(cause),
    );
  };
  return { ...found, more };
}
