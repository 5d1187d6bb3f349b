import { useState } from "react";

import type { Model } from "../../shared/api";
import type { Language, Say } from "../../shared/strings";
import { inWords } from "../bytes";
import { RivalDialog } from "../later-dialogs";
import { FitBadge } from "../models/fit-badge";
import { useChosen } from "../models/use-chosen";
import { Icon } from "../parts/icon";
import { Menu } from "../parts/menu";
import { useApp, useReader, useStored } from "../reader";
import { useAnswering } from "./use-answering";
import { useLeaving } from "./use-leaving";
import { useRival } from "./use-rival";

/** So many are seen at a glance; more are searched. */
const FEW = 6;

/** Who answers the next question, and who else could. */
export function ModelMenu() {
  const app = useApp();
  const { say, language } = useReader();
  const { name, usual, choose } = useChosen();
  const answering = useAnswering();
  const variants = useStored((state) => state.variants);
  const [isChoosing, setChoosing] = useState(false);
  const { rival, items: compare } = useRival(name, () => setChoosing(true));
  const last = useStored((state) => state.branch.findLast((message) => message.role === "user")?.id ?? null);
  const leaving = useLeaving(last, say("leave.last"));
  if (name === undefined) return null;
  const items = [
    ...answering.map((model) => ({
      label: model.name,
      detail: <Detail model={model} isUsual={model.name === usual} say={say} language={language} />,
      isChosen: model.name === name,
      act: () => choose(model.name),
    })),
    ...variants.map((variant) => ({
      label: variant.name,
      detail: <>{[say("model.variant", { model: variant.model }), variant.title].filter(Boolean).join(" · ")}</>,
      isChosen: variant.name === name,
      act: () => choose(variant.name),
    })),
  ];
  const more = { label: say("models.more"), icon: "down", isKept: true, act: () => app.openPanel("models/get") } as const;
  const about = { label: say("models.manage"), icon: "settings", isKept: true, act: () => app.openPanel("models") } as const;
  return (
    <>
      <Menu
        label={say("model.choose", { name: [name, rival].filter(Boolean).join(" + ") })}
        className="model-button"
        items={[...items, ...leaving, ...compare, more, about]}
        search={items.length > FEW ? say("models.search") : undefined}
        opened={() => void app.about()}
      >
        <span>{name}</span>
        {rival !== null && <span className="model-rival">+ {rival}</span>}
        <Icon name="chevron" />
      </Menu>
      {isChoosing && <RivalDialog model={name} close={() => setChoosing(false)} />}
    </>
  );
}

function Detail({ model, isUsual, say, language }: { model: Model; isUsual: boolean; say: Say; language: Language }) {
  const facts = [
    inWords(model.bytes, language),
    model.licence.id === "unknown" ? say("licence.none") : model.licence.id,
    model.loaded ? say("models.loaded") : "",
    isUsual ? say("models.answers") : "",
  ];
  return (
    <>
      {facts.filter(Boolean).join(" · ")} <FitBadge fit={model.fit} />
    </>
  );
}
