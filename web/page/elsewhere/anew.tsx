import { type Edits, rewritten } from "../../shared/leaving";
import { useKept } from "./use-kept";
import { useTell } from "./words";

interface Props {
  id: string;
  question: string;
  edits: Edits;
  edit: (edits: Edits) => void;
}

/** Lets the question be written anew, for this once; what is kept of it in the chat stays as it was asked. */
export function Anew({ id, question, edits, edit }: Props) {
  const tell = useTell();
  const [text, setText] = useKept(id, "anew", edits.text ?? question);
  const change = (to: string) => {
    setText(to);
    edit(rewritten(edits, to, question));
  };
  return (
    <details className="anew">
      <summary>{tell("anew")}</summary>
      <label htmlFor="anew" className="off-screen">
        {tell("anew.label")}
      </label>
      <textarea id="anew" className="field" rows={4} dir="auto" value={text} onChange={(event) => setText(event.target.value)} />
      <div className="settings-foot">
        <button type="button" className="button" disabled={text.trim() === ""} onClick={() => change(text)}>
          {tell("anew.use")}
        </button>
        <button type="button" className="button" disabled={edits.text === null} onClick={() => change(question)}>
          {tell("anew.was")}
        </button>
      </div>
    </details>
  );
}
