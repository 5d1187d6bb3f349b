/** Which shelves this chat is answered from: a menu beside the field, and a chip for each that is open. */

import { counted } from "../shelves/shelf-words";
import { useShelves } from "../shelves/use-shelves";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { Menu, type MenuItem } from "../parts/menu";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay } from "../reader";
import { useShelfChoice } from "./use-shelf-choice";

/** So many are seen at a glance; more are searched. */
const FEW = 6;

export function ShelfMenu() {
  const app = useApp();
  const say = useSay();
  const { knowledge, quote, choose, toggle } = useShelfChoice();
  const known = useShelves((state) => state.shelves);
  const all = known ?? [];
  const shelves: MenuItem[] = all.map(({ id, name, documents }) => ({
    label: name,
    detail: counted(documents, say),
    isOn: knowledge.includes(id),
    act: () => toggle(id),
  }));
  const quoting: MenuItem = {
    label: say("shelves.quote"),
    detail: say("shelves.quote.words"),
    isOn: quote,
    isKept: true,
    act: () => choose({ quote: !quote }),
  };
  const manage: MenuItem = {
    label: say(known?.length === 0 ? "shelves.none" : "shelves.manage"),
    icon: "shelf",
    isKept: true,
    act: () => app.openPanel("shelves"),
  };
  return (
    <Menu
      label={say("shelves.choose")}
      className="icon-button attach-button"
      items={[...shelves, ...(knowledge.length > 0 ? [quoting] : []), manage]}
      search={all.length > FEW ? say("shelves.search") : undefined}
      opened={() => void app.shelves.look()}
    >
      <Icon name="shelf" />
    </Menu>
  );
}

export function ShelfChips() {
  const say = useSay();
  const { knowledge, quote, problem, choose, toggle, sendAgain } = useShelfChoice();
  const all = useShelves((state) => state.shelves);
  if (knowledge.length === 0) return null;
  const nameOf = (id: string): string => all?.find((shelf) => shelf.id === id)?.name ?? (all === null ? "…" : say("shelves.goneName"));
  return (
    <>
      {problem !== null && (
        <ProblemBox problem={problem}>
          <button type="button" className="button" onClick={sendAgain}>
            {say("retry")}
          </button>
        </ProblemBox>
      )}
      <ul className="shelf-chips" aria-label={say("shelves.chosen")} data-testid="shelf-chips">
        {knowledge.map((id) => (
          <li key={id} className="shelf-chip">
            <Icon name="shelf" />
            <span dir="auto">{nameOf(id)}</span>
            <IconButton
              icon="close"
              label={say("shelves.leave", { name: nameOf(id) })}
              onClick={() => toggle(id)}
            />
          </li>
        ))}
        {quote && (
          <li className="shelf-chip">
            <span>{say("shelves.quote")}</span>
            <IconButton icon="close" label={say("shelves.quote.leave")} onClick={() => choose({ quote: false })} />
          </li>
        )}
      </ul>
    </>
  );
}
