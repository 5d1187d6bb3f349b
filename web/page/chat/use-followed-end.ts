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

const isNear = (box: HTMLDivElement): boolean => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

/** Whether its reader has scrolled up, away from the end. */
const isUp = (box: HTMLDivElement, before: number): boolean => box.scrollTop < before - 1 && !isNear(box);

/** `asks` counts what its reader has asked here: each goes to the end. What others ask moves nobody. */
export function useFollowedEnd(asks: number): FollowedEnd {
  const outer = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  /** Where it was scrolled to when it was last looked at. */
  const before = useRef(0);
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

  /** Go to the end, unless its reader has left: on a busy machine the text grows before that is told. */
  const follow = useCallback((box: HTMLDivElement) => {
    if (isUp(box, before.current)) follows.current = false;
    if (follows.current) box.scrollTo({ top: box.scrollHeight });
    before.current = box.scrollTop;
  }, []);

  // With the text itself, so that no frame shows the end a line too high; what grows later is observed below.
  useLayoutEffect(() => {
    if (outer.current !== null) follow(outer.current);
  });

  useEffect(() => {
    const box = outer.current;
    const content = inner.current;
    if (box === null || content === null) return;
    const scrolled = () => {
      if (isUp(box, before.current)) follows.current = false;
      else if (isNear(box)) follows.current = true;
      before.current = box.scrollTop;
      setAtEnd(isNear(box));
    };
    const grown = new ResizeObserver(() => {
      follow(box);
      scrolled();
    });
    grown.observe(content);
    grown.observe(box);
    box.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      grown.disconnect();
      box.removeEventListener("scroll", scrolled);
    };
  }, [follow]);

  return { outer, inner, isAtEnd, goToEnd, leaveEnd };
}
