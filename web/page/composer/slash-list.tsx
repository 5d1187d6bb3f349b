import { type KeyboardEvent, useEffect, useRef } from "react";

import { type Offer, textOf } from "../../shared/slash";
import { useSay } from "../reader";

interface Props {
  id: string;
  offers: readonly Offer[];
  /** The shelves that this chat asks. */
  asked: readonly string[];
  at: number;
  point: (at: number) => void;
  pick: (offer: Offer) => void;
  press: (event: KeyboardEvent) => void;
}

/** The list over the field. The focus stays in the field; where it is long, it can be gone to and scrolled as well. */
export function SlashList({ id, offers, asked, at, point, pick, press }: Props) {
  const say = useSay();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[at]?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <ul
      ref={list}
      id={id}
      className="slash-list"
      role="listbox"
      aria-label={say("slash")}
      aria-activedescendant={`${id}-${at}`}
      tabIndex={0}
      onKeyDown={press}
    >
      {offers.map((offer, index) => (
        <li
          key={textOf(offer) + offer.kind}
          id={`${id}-${index}`}
          className="slash-offer"
          role="option"
          aria-selected={index === at}
          onMouseDown={(event) => event.preventDefault()} // or the field would lose the focus
          onPointerMove={() => point(index)}
          onClick={() => pick(offer)}
        >
          {offer.kind === "command" ? (
            <>
              <code>/{offer.name}</code>
              <span>{say(`slash.${offer.name}`)}</span>
            </>
          ) : offer.kind === "shelf" ? (
            <>
              <code>/kb</code>
              <span className="slash-preset" dir="auto">
                {offer.shelf.name}
              </span>
              <span className="slash-kind">{say(asked.includes(offer.shelf.id) ? "slash.leave" : "slash.ask")}</span>
            </>
          ) : (
            <>
              <span className="slash-preset" dir="auto">
                {offer.preset.name}
              </span>
              <span className="slash-kind">{say("slash.preset")}</span>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
