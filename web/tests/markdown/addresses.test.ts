import { expect, it } from "vitest";

import { safeAddress } from "../../shared/markdown/addresses";

it("follows what is harmless", () => {
  expect(safeAddress("https://example.org/a b")).toBe("https://example.org/a%20b");
  expect(safeAddress("mailto:me@example.org")).toBe("mailto:me@example.org");
});

it.each(["javascript:alert(1)", " JaVaScRiPt:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc", "/app/api/chats", "//host/x", "x", ""])(
  "does not follow %j",
  (address) => {
    expect(safeAddress(address)).toBeNull();
  },
);
