import { type Edits, hiding, type Row, toggled } from "../../shared/leaving";
import { useKept } from "./use-kept";
import { useTell } from "./words";

interface Props {
  question: string;
  rows: readonly Row[];
  edits: Edits;
  edit: (edits: Edits) => void;
}

/** What is hidden, each with a switch, and a field for what more is to be. */
export function HiddenList({ question, rows, edits, edit }: Props) {
  const tell = useTell();
  const [word, setWord] = useKept(question, "word", "");
  const hide = () => {
    edit(hiding(edits, word));
    setWord("");
  };
  return (
    <section className="settings-section">
      <h3>{tell("hidden")}</h3>
      {rows.length > 0 && (
        <ul className="hidden-list">
          {rows.map((row) => (
            <li key={row.item.value}>
              <Thing row={row} toggle={() => edit(toggled(edits, row))} />
            </li>
          ))}
        </ul>
      )}
      <p className="hint">{tell("find")}</p>
      <form
        className="get-by-name"
        onSubmit={(event) => {
          event.preventDefault();
          hide();
        }}
      >
        <label htmlFor="hide-word">{tell("hide.label")}</label>
        <div className="get-by-name-field">
          <input id="hide-word" className="field" value={word} onChange={(event) => setWord(event.target.value)} />
          <button type="submit" className="button" disabled={word.trim() === ""}>
            {tell("hide")}
          </button>
        </div>
      </form>
    </section>
  );
}

function Thing({ row, toggle }: { row: Row; toggle: () => void }) {
  const tell = useTell();
  const { item, isHidden, isFixed } = row;
  const { original, placeholder, count, sure } = item;
  const beside = [
    isHidden && count > 1 && tell("times", { count }),
    isHidden && !sure && tell("unsure"),
    isFixed && tell("fixed"),
  ].filter((one) => typeof one === "string");
  return (
    <label>
      <input type="checkbox" checked={isHidden} disabled={isFixed} onChange={toggle} />
      <span className="hidden-words">
        <span dir="auto">{isHidden ? tell("from", { original, placeholder }) : tell("visible", { original })}</span>
        {beside.length > 0 && <small>{beside.join(" · ")}</small>}
      </span>
    </label>
  );
}
