import { gradeOf } from "../../shared/model-facts";
import { inWords } from "../bytes";
import { useReader } from "../reader";
import { useLibrary } from "./use-library";

/** Of a model of the catalogue that comes in several sizes: which to get. */
export function PackingChoice({ asked, choose }: { asked: string; choose: (ref: string) => void }) {
  const { say, language } = useReader();
  const card = useLibrary((state) => state.cards?.find(({ files }) => files.some(({ ref }) => ref === asked)));
  if (card === undefined || card.files.length < 2) return null;
  return (
    <label className="packing-choice">
      <span>{say("plan.packing")}</span>
      <select className="field" value={asked} onChange={(event) => choose(event.target.value)}>
        {card.files.map((file) => {
          const grade = gradeOf(file.fit);
          const words = [file.packing, inWords(file.bytes, language), grade === "unknown" ? "" : say(`fit.${grade}`)];
          return (
            <option key={file.ref} value={file.ref}>
              {words.filter(Boolean).join(" · ")}
            </option>
          );
        })}
      </select>
    </label>
  );
}
