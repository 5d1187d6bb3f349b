/** Stay at the end of what grows, until its reader scrolls away; never pull them back. */

import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

const NEAR = 48;

interface FollowedEnd {
  outer: RefObject<HTMLDivElement | null>;
  inner: RefObject<HTMLDivElement | null>;
  isAtEnd: boolean;
  goToEnd: () => void;
  /** Stay where the page is going to be scrolled. */
  leaveEnd: () => void;
}

/** `asks` counts what its reader has asked here: each goes to the end. What others ask moves nobody. */
export function useFollowedEnd(asks: number): FollowedEnd {
  const outer = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const [isAtEnd, setAtEnd] = useState(true);

  const goToEnd = useCallback(() => {
    follows.current = true;
    const box = outer.current;
    box?.scrollTo({ top: box.scrollHeight });
  }, []);

  const leaveEnd = useCallback(() => {
    follows.current = false;
  }, []);

  useLayoutEffect(goToEnd, [goToEnd, asks]);

  // With the text itself, so that no frame shows the end a line too high; what grows later is observed below.
  useLayoutEffect(() => {
    if (follows.current) outer.current?.scrollTo({ top: outer.current.scrollHeight });
  });

  useEffect(() => {
    const box = outer.current;
    const content = inner.current;
    if (box === null || content === null) return;
    let before = box.scrollTop;
    const scrolled = () => {
      const isNear = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
      if (box.scrollTop < before - 1 && !isNear) follows.current = false;
      else if (isNear) follows.current = true;
      before = box.scrollTop;
      setAtEnd(isNear);
    };
    const grown = new ResizeObserver(() => {
      if (follows.current) box.scrollTop = box.scrollHeight;
      scrolled();
    });
    grown.observe(content);
    grown.observe(box);
    box.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      grown.disconnect();
      box.removeEventListener("scroll", scrolled);
    };
  }, []);

  return { outer, inner, isAtEnd, goToEnd, leaveEnd };
}
