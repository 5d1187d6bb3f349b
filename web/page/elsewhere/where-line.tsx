/** Where the questions of the chat go, as it is chosen before they are asked. */

import type { Chosen } from "../../shared/api";
import { editOf, setupOf } from "../../shared/setup";
import { choices, HERE, isSame, meant } from "../../shared/whither";
import { Icon } from "../parts/icon";
import { Menu, type MenuItem } from "../parts/menu";
import { ProblemBox } from "../parts/problem-box";
import { useApp, useSay, useStored } from "../reader";
import { useTell } from "./words";

export function WhereLine() {
  const { setups, store } = useApp();
  const say = useSay();
  const tell = useTell();
  const chat = useStored((state) => state.route.chat);
  const upstreams = useStored((state) => state.upstreams);
  const chosen = useStored((state) => setupOf(state, state.route.chat).route);
  const usual = useStored((state) => state.usual);
  const only = useStored((state) => state.only);
  const problem = useStored((state) => editOf(state, state.route.chat)?.problem ?? null);
  const names = upstreams.map(({ name }) => name);
  const words = ({ route, to }: Chosen) => tell(`where.${route}`, { name: to });
  const always = meant(usual, names);
  const now = chosen ?? always;
  const next = only ?? now;

  const choose = (route: Chosen | null) => {
    store.set({ only: null });
    setups.change(chat, { route });
    void setups.send(chat);
  };
  const all = choices(names);
  const forChat: MenuItem[] = all.map((one) => ({
    label: words(one),
    detail: tell(`where.${one.route}.words`),
    isChosen: isSame(one, now) && (chosen !== null || isSame(always, HERE)),
    act: () => choose(one),
  }));
  const asUsual: MenuItem = { label: tell("where.usual", { where: words(always) }), isChosen: chosen === null, act: () => choose(null) };
  const forNext: MenuItem[] = all
    .filter((one) => !isSame(one, now))
    .map((one) => ({
      label: tell("where.only", { where: words(one) }),
      isOn: only !== null && isSame(one, only),
      act: () => store.set({ only: only !== null && isSame(one, only) ? null : one }),
    }));
  const shown = tell(only === null ? "where" : "where.only", { where: words(next) });
  return (
    <div className="where-line" data-testid="where">
      <Menu
        label={shown}
        className="where-button"
        items={[...forChat, ...(isSame(always, HERE) ? [] : [asUsual]), ...forNext]}
      >
        <Icon name={next.route === "there" ? "export" : "home"} />
        <span>{shown}</span>
        <Icon name="chevron" />
      </Menu>
      {problem && (
        <ProblemBox problem={problem}>
          <button type="button" className="button" onClick={() => void setups.send(chat)}>
            {say("retry")}
          </button>
        </ProblemBox>
      )}
    </div>
  );
}
