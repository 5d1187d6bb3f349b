import type { KeyboardEvent } from "react";
import { expect, it } from "vitest";

import { isSendPress } from "../page/composer/send-press";

function press(key: string, more: { shiftKey?: boolean; isComposing?: boolean; keyCode?: number } = {}): KeyboardEvent {
  const { shiftKey = false, isComposing = false, keyCode = 13 } = more;
  return { key, shiftKey, nativeEvent: { isComposing, keyCode } } as KeyboardEvent;
}

it("sends with Enter, and makes a line with Shift", () => {
  expect(isSendPress(press("Enter"))).toBe(true);
  expect(isSendPress(press("Enter", { shiftKey: true }))).toBe(false);
  expect(isSendPress(press("a"))).toBe(false);
});

it("leaves the Enter that picks a word to the input method", () => {
  expect(isSendPress(press("Enter", { isComposing: true }))).toBe(false);
  expect(isSendPress(press("Enter", { keyCode: 229 }))).toBe(false);
});
