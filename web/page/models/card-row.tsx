/** A model that can be had: what it is for, how it would do here, and what it costs. */

import type { Card } from "../../shared/api";
import { fileOf } from "../../shared/model-facts";
import { inWords } from "../bytes";
import { useReader, useSay } from "../reader";
import { FitBadge, FitFigures } from "./fit-badge";
import { licenceWords } from "./licence-words";
import { parametersOf, purposeOf } from "./model-words";
import { useLibrary } from "./use-library";

interface Props {
  card: Card;
  isProposed: boolean;
  get: (ref: string) => void;
}

export function CardRow({ card, isProposed, get }: Props) {
  const { say, language } = useReader();
  const file = fileOf(card);
  const fit = file?.fit ?? null;
  const facts = [
    ...(file ? [say("models.download.size", { size: inWords(file.bytes, language) })] : []),
    parametersOf(card.parameters, say),
    file?.packing ?? "",
    licenceWords(card.licence, say),
  ];
  return (
    <li className="model-row" data-testid={`card-${card.name}`}>
      <div className="model-words">
        <h3>
          {card.title} <small>{card.publisher}</small>
        </h3>
        <p className="model-purpose">{purposeOf(card, say, language)}</p>
        <p className="model-tags">
          <FitBadge fit={fit} />
          {fit && <FitFigures fit={fit} />}
          {isProposed && <span className="tag">{say("models.proposed")}</span>}
        </p>
        <p className="model-facts">{facts.filter(Boolean).join(" · ")}</p>
        {card.gated === true && <p className="model-facts">{say("models.gated")}</p>}
      </div>
      <div className="model-acts">
        <Act card={card} get={get} />
      </div>
    </li>
  );
}

function Act({ card, get }: Pick<Props, "card" | "get">) {
  const say = useSay();
  const file = fileOf(card);
  const name = file?.name.replace(/\.gguf$/, "").replace(/-\d{5}-of-\d{5}$/, "");
  const isComing = useLibrary((state) => state.downloads.some((one) => one.name === name && one.state !== "done"));
  if (card.here !== null) return <span className="tag">{say("models.already")}</span>;
  if (isComing) return <span className="tag">{say("models.coming")}</span>;
  if (file === undefined) return null;
  return (
    <button type="button" className="button" aria-label={say("models.get.named", { name: card.title })} onClick={() => get(file.ref)}>
      {say("models.get.act")}
    </button>
  );
}
