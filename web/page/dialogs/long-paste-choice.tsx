import { LONG_PASTES, type Preferences } from "../../shared/preferences";
import { localeOf } from "../../shared/strings";
import { useReader } from "../reader";
import { Choice } from "./choice";

/** From how many characters on a pasted text is attached. */
export function LongPasteChoice() {
  const { preferences, prefer, say, language } = useReader();
  const numbers = new Intl.NumberFormat(localeOf(language));
  return (
    <Choice
      label={say("longPaste")}
      options={LONG_PASTES.map((value) => ({ value, label: value === "off" ? say("longPaste.off") : numbers.format(Number(value)) }))}
      chosen={preferences.longPaste}
      choose={(longPaste: Preferences["longPaste"]) => prefer({ longPaste })}
    />
  );
}
