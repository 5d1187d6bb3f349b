import { useState } from "react";

import { inWords } from "../bytes";
import { Icon } from "../parts/icon";
import { Menu } from "../parts/menu";
import { useApp, useReader, useStored } from "../reader";
import { RivalDialog } from "./rival-dialog";
import { useAnswering } from "./use-answering";
import { useRival } from "./use-rival";

/** Who answers the next question, and who else could. */
export function ModelMenu() {
  const app = useApp();
  const { say, language } = useReader();
  const usual = useStored((state) => state.status?.model);
  const chosen = useStored((state) => state.model) ?? usual;
  const answering = useAnswering();
  const [isChoosing, setChoosing] = useState(false);
  const { rival, items: compare } = useRival(chosen, () => setChoosing(true));
  if (chosen === undefined) return null;
  const items = answering.map((model) => ({
    label: model.name,
    detail: [inWords(model.bytes, language), model.licence.name || model.licence.id].join(" · "),
    isChosen: model.name === chosen,
    act: () => app.store.set({ model: model.name === usual ? null : model.name }),
  }));
  const about = { label: say("models.about"), icon: "info", act: () => app.openPanel("models") } as const;
  return (
    <>
      <Menu
        label={say("model.choose", { name: [chosen, rival].filter(Boolean).join(" + ") })}
        className="model-button"
        items={[...items, ...compare, about]}
      >
        <span>{chosen}</span>
        {rival !== null && <span className="model-rival">+ {rival}</span>}
        <Icon name="chevron" />
      </Menu>
      {isChoosing && <RivalDialog model={chosen} close={() => setChoosing(false)} />}
    </>
  );
}
