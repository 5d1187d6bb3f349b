import { expect, it } from "vitest";

import { actionOf } from "../shared/shortcuts";

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...more });

it("knows its keys, on a Mac as well", () => {
  expect(actionOf(press("k", { ctrlKey: true }), true)).toBe("search");
  expect(actionOf(press("b", { metaKey: true }), false)).toBe("sidebar");
  expect(actionOf(press("O", { ctrlKey: true, shiftKey: true }), true)).toBe("newChat");
  expect(actionOf(press("Escape"), true)).toBe("stop");
  expect(actionOf(press("?", { shiftKey: true }), false)).toBe("shortcuts");
});

it("takes no key that somebody types with", () => {
  expect(actionOf(press("?", { shiftKey: true }), true)).toBeNull();
  expect(actionOf(press("k"), false)).toBeNull();
  expect(actionOf(press("k", { ctrlKey: true, altKey: true }), false)).toBeNull();
  expect(actionOf(press("Escape", { isComposing: true }), true)).toBeNull();
});
