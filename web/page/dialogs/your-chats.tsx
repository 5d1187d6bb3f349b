/** What the chats take of the disk, and what can be done with all of them. */

import { useEffect, useState } from "react";

import type { Storage } from "../../shared/api";
import { inWords } from "../bytes";
import { download } from "../download";
import { Icon } from "../parts/icon";
import { useApp, useReader, useSay } from "../reader";
import { ArchivedDialog } from "./archived-dialog";
import { DeleteAllDialog } from "./delete-all-dialog";
import { ImportDialog } from "./import-dialog";

/** `leave` closes the settings: a chat was chosen, or there is none left. */
export function YourChats({ leave }: { leave: () => void }) {
  const app = useApp();
  const say = useSay();
  const [over, setOver] = useState<"import" | "archived" | "delete" | null>(null);
  const { storage, measure } = useStorage();
  const close = () => {
    setOver(null);
    void measure();
  };
  const { api } = app.server;
  return (
    <section className="settings-section your-chats">
      <h3>{say("data")}</h3>
      {storage && <Disk storage={storage} />}
      <div className="your-chats-acts">
        <button type="button" className="button" onClick={() => setOver("archived")}>
          <Icon name="archive" />
          {say("archived")}
        </button>
        <button type="button" className="button" onClick={() => setOver("import")}>
          <Icon name="import" />
          {say("import")}
        </button>
        <button type="button" className="button" onClick={() => download(api.exportAllPath("json"))}>
          <Icon name="export" />
          {say("exportAll.json")}
        </button>
        <button type="button" className="button" onClick={() => download(api.exportAllPath("markdown"))}>
          <Icon name="export" />
          {say("exportAll.markdown")}
        </button>
        <button type="button" className="button button-warning" onClick={() => setOver("delete")}>
          <Icon name="trash" />
          {say("deleteAll")}
        </button>
      </div>
      {over === "import" && <ImportDialog close={close} />}
      {over === "archived" && <ArchivedDialog opened={leave} close={close} />}
      {over === "delete" && (
        <DeleteAllDialog
          done={() => {
            close();
            leave();
          }}
          close={close}
        />
      )}
    </section>
  );
}

function Disk({ storage }: { storage: Storage }) {
  const { say, language } = useReader();
  const facts = [
    [say("data.chats"), storage.chats],
    [say("data.models"), storage.models],
    [say("data.other"), storage.other],
    [say("data.free"), storage.free],
  ] as const;
  return (
    <dl className="facts">
      {facts.map(([name, bytes]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{inWords(bytes, language)}</dd>
        </div>
      ))}
    </dl>
  );
}

function useStorage() {
  const { server } = useApp();
  const [storage, setStorage] = useState<Storage | null>(null);
  const measure = async () => {
    const found = await server.attempt((api) => api.storage());
    if (found !== null) setStorage(found);
  };
  useEffect(() => void measure(), []);
  return { storage, measure };
}
