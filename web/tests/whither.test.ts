import { expect, it } from "vitest";

import type { Message } from "../shared/api";
import { choices, HERE, isSame, meant, offeredAt, offerFor } from "../shared/whither";

const OFFER = { upstream: "cellar", route: "ask", text: "Ask cellar, because the answer here went in circles?" } as const;
const question = { id: "q", parent: null, offer: null } as Message;
const answer = { id: "a", parent: "q", offer: OFFER } as Message;

it("offers each model elsewhere to be asked, or to be asked about, and first of all none", () => {
  expect(choices([])).toEqual([HERE]);
  expect(choices(["cellar", "far"]).map(({ route, to }) => `${route} ${to}`)).toEqual([
    "here ", "ask cellar", "ask far", "there cellar", "there far",
  ]);
});

it("takes the only one for the one that is meant", () => {
  expect(meant({ route: "ask", to: "" }, ["cellar"])).toEqual({ route: "ask", to: "cellar" });
  expect(meant({ route: "ask", to: "" }, ["cellar", "far"]).to).toBe("");
  expect(isSame(meant({ route: "here", to: "cellar" }, ["cellar"]), HERE)).toBe(true);
});

it("offers nothing that is followed by something, or that nobody is there for", () => {
  expect(offeredAt([question, answer], ["cellar"])?.offer).toEqual(OFFER);
  expect(offeredAt([question, answer, { ...question, id: "r", parent: "a" }], ["cellar"])).toBeNull();
  expect(offeredAt([question, answer], ["far"])).toBeNull();
  expect(offeredAt([question], ["cellar"])).toBeNull();
  expect(offeredAt([], ["cellar"])).toBeNull();
});

it("finds an offer at its question, or at the answer to it", () => {
  expect(offerFor([question, answer], "q", "cellar")?.id).toBe("a");
  expect(offerFor([{ ...question, offer: OFFER }], "q", "cellar")?.id).toBe("q");
  expect(offerFor([question, answer], "q", "far")).toBeNull();
  expect(offerFor([question, { ...answer, parent: "other" }], "q", "cellar")).toBeNull();
});
