import { inWords } from "../bytes";
import { Dialog } from "../dialogs/dialog";
import { Icon } from "../parts/icon";
import { useApp, useReader, useStored } from "../reader";
import { useAnswering } from "./use-answering";

/** Chooses the second model that answers the next questions of this chat. */
export function RivalDialog({ model, close }: { model: string; close: () => void }) {
  const { sideBySide } = useApp();
  const { say, language } = useReader();
  const rival = useStored((state) => state.rival);
  const others = useAnswering().filter(({ name }) => name !== model);
  const choose = (name: string) => {
    sideBySide.compareWith(name);
    close();
  };
  return (
    <Dialog title={say("compare.title", { model })} className="dialog-small" close={close}>
      <div className="dialog-body rivals">
        <p className="hint">{say("compare.words")}</p>
        <ul>
          {others.map((other) => (
            <li key={other.name}>
              <button type="button" className="menu-item" aria-pressed={other.name === rival} onClick={() => choose(other.name)}>
                <span className="menu-words">
                  <span>{other.name}</span>
                  <small>{[inWords(other.bytes, language), other.licence.name || other.licence.id].join(" · ")}</small>
                </span>
                {other.name === rival && <Icon name="check" />}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </Dialog>
  );
}
