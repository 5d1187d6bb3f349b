import { type KeyboardEvent, useState } from "react";

interface Props {
  label: string;
  name: string;
  longest: number;
  keep: (name: string) => void;
  close: () => void;
}

/** A name while it is changed. Enter and leaving keep it, Escape does not. */
export function NameField({ label, name, longest, keep, close }: Props) {
  const [typed, setTyped] = useState(name);

  const leave = () => {
    if (typed !== name && typed.trim() !== "") keep(typed);
    close();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter") leave();
    if (event.key === "Escape") {
      event.stopPropagation();
      close();
    }
  };
  return (
    <input
      className="field"
      aria-label={label}
      value={typed}
      maxLength={longest}
      autoFocus
      onFocus={(event) => event.target.select()}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={leave}
      onKeyDown={press}
    />
  );
}
