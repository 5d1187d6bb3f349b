/** The models on this machine, and what they take of its disk. */

import { inWords } from "../bytes";
import { useReader, useStored } from "../reader";
import { ShelfRow } from "./shelf-row";

export function ShelfList({ leave }: { leave: () => void }) {
  const { say, language } = useReader();
  const models = useStored((state) => state.models);
  const disk = useStored((state) => state.disk);
  return (
    <section aria-label={say("models.here")}>
      <ul className="model-rows">
        {models.map((model) => (
          <ShelfRow key={model.name} model={model} leave={leave} />
        ))}
      </ul>
      {disk !== null && (
        <p className="hint model-disk">
          {say("models.disk", { taken: inWords(disk.models, language), free: inWords(disk.free, language) })}
          {disk.partial > 0 && ` ${say("models.disk.partial", { partial: inWords(disk.partial, language) })}`}
        </p>
      )}
    </section>
  );
}
