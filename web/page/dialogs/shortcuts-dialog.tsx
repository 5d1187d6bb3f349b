import { SHORTCUTS } from "../../shared/shortcuts";
import { useSay } from "../reader";
import { Dialog } from "./dialog";

const IN_COMPOSER = [
  { keys: ["Enter"], means: "shortcut.send" },
  { keys: ["Shift", "Enter"], means: "shortcut.line" },
  { keys: ["↑"], means: "shortcut.editLast" },
  { keys: ["/"], means: "shortcut.slash" },
] as const;

/** The list of keys that do something. */
export function ShortcutsDialog({ close }: { close: () => void }) {
  const say = useSay();
  const control = /Mac|iPhone|iPad/.test(navigator.userAgent) ? "⌘" : "Ctrl";
  const rows = [
    ...SHORTCUTS.map(({ action, key, control: needsControl, shift }) => ({
      keys: [needsControl && control, key !== "?" && shift && "Shift", nameOf(key)].filter((one) => typeof one === "string"),
      means: say(`shortcut.${action}`),
    })),
    ...IN_COMPOSER.map(({ keys, means }) => ({ keys, means: say(means) })),
  ];
  return (
    <Dialog title={say("shortcuts")} className="dialog-small" close={close}>
      <dl className="dialog-body shortcuts">
        {rows.map(({ keys, means }) => (
          <div key={means}>
            <dt>{means}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

const nameOf = (key: string): string => (key === "Escape" ? "Esc" : key.toUpperCase());
