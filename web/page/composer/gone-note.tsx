import { goneModel } from "../../shared/gone-model";
import { useSay, useStored } from "../reader";

/** Says that who answered in this chat before has been removed, and who answers now. */
export function GoneNote() {
  const say = useSay();
  const gone = useStored(goneModel);
  const name = useStored((state) => state.status?.model);
  if (gone === null || name === undefined) return null;
  return (
    <p className="applied" role="status" data-testid="gone-model">
      <span>{say("model.gone", { gone, name })}</span>
    </p>
  );
}
