import { expect, it } from "vitest";

import { pathOf, routeOf } from "../shared/route";

const CHAT = "abcdefghijklmn27";

it("reads back every address it writes", () => {
  for (const path of ["/", `/c/${CHAT}`, "/settings", "/models", "/models/get", "/ledger", "/help"]) expect(pathOf(routeOf(path))).toBe(path);
});

it("keeps the chat behind a panel", () => {
  expect(routeOf("/settings", CHAT)).toEqual({ chat: CHAT, panel: "settings" });
});

it("takes no chat from an address that names none", () => {
  for (const path of ["/c/", "/c/UPPER", `/c/${CHAT}/more`, "/elsewhere"]) expect(routeOf(path).chat).toBeNull();
});
