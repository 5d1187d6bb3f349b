import type { Preview } from "../../shared/api";
import { Icon } from "../parts/icon";
import { useTell } from "./words";

/** To whom it would go, for how much, and what its owner says becomes of it there. */
export function Whither({ preview: { upstream, most, currency } }: { preview: Preview }) {
  const tell = useTell();
  const { host, model, where, by, retention, stated, terms } = upstream;
  const isInside = where === "inside";
  const kept = stated === "" ? retention : tell("kept.asOf", { retention, stated });
  const facts = [
    [tell("at"), tell(isInside ? "at.inside" : "at.outside", { host })],
    [tell("by"), by || tell("by.nobody")],
    [tell("model"), model],
    [tell("price"), most === null ? tell("price.nobody") : tell("price.most", { most, currency })],
    [tell("kept"), retention === "" ? tell("kept.nobody") : kept],
  ] as const;
  return (
    <section className="whither" data-where={where}>
      <Icon name={isInside ? "home" : "export"} />
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd dir="auto">{value}</dd>
          </div>
        ))}
        {terms !== "" && (
          <div>
            <dt>{tell("terms")}</dt>
            <dd dir="auto">{isAddress(terms) ? <Outside address={terms} /> : terms}</dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Outside({ address }: { address: string }) {
  return (
    <a href={address} target="_blank" rel="noopener noreferrer">
      {address}
    </a>
  );
}

const isAddress = (text: string): boolean => /^https?:\/\/\S+$/.test(text);
