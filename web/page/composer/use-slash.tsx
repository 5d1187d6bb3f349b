/** What a slash at the beginning of a message offers: the page's commands, presets and shelves for this chat. */

import { type KeyboardEvent, type ReactNode, useEffect, useId, useState } from "react";

import { COMMANDS, type Offer, offersFor, textOf } from "../../shared/slash";
import { useCommands } from "../actions";
import { useAnnounce } from "../parts/announcer";
import { useApp, useSay, useStored } from "../reader";
import { useShelves } from "../shelves/use-shelves";
import { SlashList } from "./slash-list";
import { useShelfChoice } from "./use-shelf-choice";

interface Slash {
  /** Takes a key press if it is for the list; says whether it was. */
  press: (event: KeyboardEvent) => boolean;
  /** Does what is chosen in the list, if it is open; says whether it was. */
  pick: () => boolean;
  /** What the field says of the list to those who hear the page. HTML lets a textarea be no combobox. */
  field: { "aria-autocomplete": "list"; "aria-controls": string | undefined; "aria-activedescendant": string | undefined };
  list: ReactNode;
}

export function useSlash(text: string, setText: (text: string) => void): Slash {
  const { setups, shelves, store } = useApp();
  const say = useSay();
  const announce = useAnnounce();
  const commands = useCommands();
  const id = useId();
  const presets = useStored((state) => state.presets);
  const known = useShelves((state) => state.shelves);
  const { knowledge, toggle } = useShelfChoice();
  const hasBegun = useStored((state) => state.chat !== null);
  const [at, setAt] = useState(0);
  /** The text for which its writer has closed the list. */
  const [closed, setClosed] = useState<string | null>(null);

  const possible = COMMANDS.filter((name) => name !== "export" || hasBegun);
  const offers = closed === text ? [] : offersFor(text, { presets, shelves: known ?? [], commands: possible });
  const count = offers.length;
  const isBegun = text.startsWith("/");
  useEffect(() => {
    if (isBegun) void shelves.look();
  }, [isBegun, shelves]);
  useEffect(() => setAt(0), [text]);
  useEffect(() => {
    if (count > 0) announce(say(count === 1 ? "slash.countOne" : "slash.count", { count }));
  }, [count, announce, say]);

  const act = (offer: Offer) => {
    // The list is about to go. On a phone the keyboard must not come for a tap.
    if (document.activeElement?.id === id) document.getElementById("message")?.focus();
    setText("");
    if (offer.kind === "preset") setups.apply(store.get().route.chat, offer.preset);
    else if (offer.kind === "command") commands[offer.name]();
    else {
      toggle(offer.shelf.id);
      announce(say(knowledge.includes(offer.shelf.id) ? "slash.left" : "slash.asked", { name: offer.shelf.name }));
    }
  };
  const pick = () => {
    const offer = offers[at];
    if (offer === undefined) return false;
    act(offer);
    return true;
  };
  const press = (event: KeyboardEvent): boolean => {
    const offer = offers[at];
    if (offer === undefined || event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return false;
    switch (event.key) {
      case "ArrowDown":
      case "ArrowUp":
        setAt((at + (event.key === "ArrowDown" ? 1 : -1) + count) % count);
        break;
      case "Enter":
        if (event.shiftKey) return false;
        act(offer);
        break;
      case "Tab":
        if (event.shiftKey || text === textOf(offer)) return false;
        setText(textOf(offer));
        break;
      case "Escape":
        setClosed(text);
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  };
  return {
    press,
    pick,
    field: {
      "aria-autocomplete": "list",
      "aria-controls": count > 0 ? id : undefined,
      "aria-activedescendant": count > 0 ? `${id}-${at}` : undefined,
    },
    list: count > 0 && <SlashList id={id} offers={offers} asked={knowledge} at={at} point={setAt} pick={act} press={press} />,
  };
}
