import { type ClipboardEvent, type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef } from "react";

interface Props {
  ref?: Ref<HTMLTextAreaElement>;
  id?: string;
  label: string;
  placeholder?: string;
  value: string;
  /** Whether it takes the focus when it appears. */
  isFocused: boolean;
  change: (text: string) => void;
  press: (event: KeyboardEvent) => void;
  paste?: (event: ClipboardEvent) => void;
  "aria-describedby"?: string;
  "aria-autocomplete"?: "list";
  "aria-controls"?: string | undefined;
  "aria-activedescendant"?: string | undefined;
}

/** Characters from which on a text surely fills the field. */
const LONG = 20_000;

/** Where the browser grows the field by itself, CSS says how far. */
const GROWS = CSS.supports("field-sizing", "content");

/** A field of as many lines as its text has, up to a height from which on it scrolls. */
export function GrowingField({ ref, value, label, isFocused, change, press, paste, ...rest }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const isLong = value.length > LONG;
  useImperativeHandle(ref, () => field.current as HTMLTextAreaElement, []);

  useLayoutEffect(() => {
    if (GROWS || field.current === null) return;
    field.current.style.height = "";
    if (!isLong) field.current.style.height = `${field.current.scrollHeight}px`;
  }, [value, isLong]);

  useLayoutEffect(() => {
    const element = field.current;
    if (!isFocused || element === null) return;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, [isFocused]);

  return (
    <textarea
      ref={field}
      className="growing-field"
      aria-label={label}
      data-long={isLong || undefined}
      rows={1}
      dir="auto"
      value={value}
      onChange={(event) => change(event.target.value)}
      onKeyDown={press}
      onPaste={paste}
      {...rest}
    />
  );
}
