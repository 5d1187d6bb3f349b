import type { Message } from "../../shared/api";
import { Icon } from "../parts/icon";
import { IconButton } from "../parts/icon-button";
import { Menu } from "../parts/menu";
import { useApp, useSay } from "../reader";
import { useAnswering } from "./use-answering";

/** Have the question answered once more: by the same model, or, where there are more, by one of them. */
export function AgainButton({ message, isBusy }: { message: Message; isBusy: boolean }) {
  const { conversation } = useApp();
  const say = useSay();
  const models = useAnswering();
  if (isBusy || models.length < 2) {
    return <IconButton icon="again" label={say("again")} disabled={isBusy} onClick={() => void conversation.again(message)} />;
  }
  const items = models.map(({ name }) => ({
    label: say("again.with", { model: name }),
    act: () => void conversation.again(message, name),
  }));
  return (
    <Menu label={say("again")} items={items}>
      <Icon name="again" />
    </Menu>
  );
}
