import { editOf } from "../../shared/setup";
import { useActions } from "../actions";
import { IconButton } from "../parts/icon-button";
import { useSay, useStored } from "../reader";

/** Opens what is set for this chat; shows whether anything is. */
export function SettingsButton() {
  const say = useSay();
  const { chatSettings } = useActions();
  const isSet = useStored((state) => {
    const edit = editOf(state, state.route.chat);
    const system = edit?.system ?? state.chat?.system ?? "";
    const settings = edit?.settings ?? state.chat?.settings ?? {};
    return system !== "" || Object.values(settings).some((value) => value !== null);
  });
  return (
    <IconButton
      icon="tune"
      className="chat-head-settings"
      data-set={isSet || undefined}
      label={say(isSet ? "chatSettings.openSet" : "chatSettings.open")}
      aria-haspopup="dialog"
      onClick={chatSettings}
    />
  );
}
