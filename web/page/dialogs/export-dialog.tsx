import type { Chat } from "../../shared/api";
import { titleOf } from "../chat-title";
import { download } from "../download";
import { Icon } from "../parts/icon";
import { useReader } from "../reader";
import { Dialog } from "./dialog";

const FORMS = ["html", "pdf", "docx", "markdown", "json"] as const;

/** Asks as what kind of file a chat is to be kept. */
export function ExportDialog({ chat, close }: { chat: Chat; close: () => void }) {
  const { app, say, language } = useReader();
  return (
    <Dialog title={say("export.title")} className="dialog-small" close={close}>
      <div className="dialog-body">
        <p className="hint" dir="auto">
          {titleOf(chat, say)}
        </p>
        <ul className="export-forms">
          {FORMS.map((form) => (
            <li key={form}>
              <button
                type="button"
                className="menu-item"
                onClick={() => {
                  download(app.server.api.exportPath(chat.id, form, language));
                  close();
                }}
              >
                <Icon name={form === "html" ? "share" : "export"} />
                <span className="menu-words">
                  <span>{say(`export.${form}`)}</span>
                  <small>{say(`export.${form === "pdf" ? "docx" : form}.what`)}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
