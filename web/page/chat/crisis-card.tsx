import { useId } from "react";

import { stretchesOf } from "../../shared/card";
import { tongueOf } from "../../shared/strings";
import { useSay } from "../reader";

/** Whom to call. `text` is the program's own: nothing that a model wrote leads anywhere from here. */
export function CrisisCard({ text }: { text: string }) {
  const say = useSay();
  const id = useId();
  return (
    <div className="crisis" role="note" aria-labelledby={id} data-testid="crisis">
      <h3 id={id}>{say("crisis")}</h3>
      <p lang={tongueOf(text)}>
        {stretchesOf(text).map(({ text: words, to }, at) =>
          to === null ? (
            words
          ) : (
            <a key={at} href={to} {...(to.startsWith("https:") && { target: "_blank", rel: "noreferrer" })}>
              {words}
            </a>
          ),
        )}
      </p>
    </div>
  );
}
