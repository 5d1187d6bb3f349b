import { expect, it } from "vitest";

import { isOwnerKey, ownerWords } from "../page/dialogs/owner-words";

it("calls the owner's settings by the same keys in every language", () => {
  const [en, zh] = [ownerWords("en"), ownerWords("zh")];
  expect(Object.keys(zh)).toEqual(Object.keys(en));
  expect(Object.values({ ...en, ...zh }).filter((words) => words.trim() === "")).toEqual([]);
});

it("knows what it has a word for", () => {
  expect([isOwnerKey("profile.family"), isOwnerKey("profile.nobody"), isOwnerKey("toString")]).toEqual([true, false, false]);
});
