/** The downloads of models, whoever began them and in whichever window. */

import { useSay } from "../reader";
import { DownloadRow } from "./download-row";
import { useLibrary } from "./use-library";

interface Props {
  /** Have a model that has come answer. */
  use: (name: string) => void;
  /** Tell anew what getting it would bring. */
  get: (ref: string) => void;
}

export function Downloads({ use, get }: Props) {
  const say = useSay();
  const downloads = useLibrary((state) => state.downloads);
  if (downloads.length === 0) return null;
  return (
    <section className="downloads" aria-label={say("downloads")}>
      <h3>{say("downloads")}</h3>
      <ul>
        {downloads.map((download) => (
          <DownloadRow key={download.name} download={download} use={use} get={get} />
        ))}
      </ul>
    </section>
  );
}
