import { IconButton } from "../parts/icon-button";
import { useApp, useSay, useStored } from "../reader";

/** Makes the chat that is about to begin one of which nothing is stored. */
export function TemporarySwitch() {
  const { temporary } = useApp();
  const say = useSay();
  const isNew = useStored((state) => state.route.chat === null && state.live === null);
  const isTemporary = useStored((state) => state.isTemporary);
  if (!isNew) return null;
  return (
    <IconButton
      icon="temporary"
      className="temporary-switch"
      label={say("temporary")}
      aria-pressed={isTemporary}
      onClick={() => {
        temporary.toggle();
        document.getElementById("message")?.focus();
      }}
    />
  );
}
