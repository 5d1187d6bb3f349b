import { inWords } from "../bytes";
import { Icon } from "../parts/icon";
import { Menu } from "../parts/menu";
import { useApp, useReader, useStored } from "../reader";
import { useAnswering } from "./use-answering";

/** Who answers the next question, and who else could. */
export function ModelMenu() {
  const app = useApp();
  const { say, language } = useReader();
  const usual = useStored((state) => state.status?.model);
  const chosen = useStored((state) => state.model) ?? usual;
  const answering = useAnswering();
  if (chosen === undefined) return null;
  const items = answering.map((model) => ({
    label: model.name,
    detail: [inWords(model.bytes, language), model.licence.name || model.licence.id].join(" · "),
    isChosen: model.name === chosen,
    act: () => app.store.set({ model: model.name === usual ? null : model.name }),
  }));
  return (
    <Menu
      label={say("model.choose", { name: chosen })}
      className="model-button"
      items={[...items, { label: say("models.about"), icon: "info", act: () => app.openPanel("models") }]}
    >
      <span>{chosen}</span>
      <Icon name="chevron" />
    </Menu>
  );
}
