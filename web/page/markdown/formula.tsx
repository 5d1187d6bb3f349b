/** A formula as MathML, which browsers set by themselves; its source while that cannot be done. */

import { useEffect, useRef, useState } from "react";

type Katex = typeof import("./katex").renderFormula;

let render: Katex | null = null;

interface Props {
  source: string;
  isBlock?: boolean;
  /** Whether more may come: half a formula is shown as it is written. */
  isOpen?: boolean;
}

export function Formula({ source, isBlock = false, isOpen = false }: Props) {
  const place = useRef<HTMLSpanElement>(null);
  const [isSet, setSet] = useState(false);
  useEffect(() => {
    if (isOpen) return;
    let isHere = true;
    const set = () => {
      if (isHere && place.current !== null) setSet(render?.(source, isBlock, place.current) ?? false);
    };
    if (render !== null) set();
    else {
      import("./katex").then(
        (module) => {
          render = module.renderFormula;
          set();
        },
        () => undefined, // It stays as it was written.
      );
    }
    return () => {
      isHere = false;
    };
  }, [source, isBlock, isOpen]);
  return (
    // A wide one scrolls, also by keyboard.
    <span className={isBlock ? "formula formula-block" : "formula"} tabIndex={isBlock ? 0 : undefined}>
      <span ref={place} hidden={!isSet} />
      {!isSet && <code>{source}</code>}
    </span>
  );
}
