import { expect, it } from "vitest";

import type { Message } from "../shared/api";
import { goneModel } from "../shared/gone-model";

const answer = (model: string, elsewhere: Message["elsewhere"] = null) => ({ role: "assistant", model, elsewhere }) as Message;
const here = { models: [{ name: "small" }], variants: [{ name: "clinic" }], model: null, status: { model: "usual" } };

it("names who answered last and is not here any more", () => {
  expect(goneModel({ ...here, branch: [answer("clinic"), answer("pirate"), answer("")] })).toBe("pirate");
});

it.each(["usual", "small", "clinic"])("says nothing while %s is here", (model) => {
  expect(goneModel({ ...here, branch: [answer("pirate"), answer(model)] })).toBeNull();
});

it("says nothing of who answered elsewhere", () => {
  const about = { upstream: "cellar", by: "", where: "inside", masked: 0, sent_sha256: "", cost: null, currency: "" };
  expect(goneModel({ ...here, branch: [answer("small"), answer("large", about)] })).toBeNull();
});

it("says nothing before it knows, and where another was chosen", () => {
  const branch = [answer("pirate")];
  expect(goneModel({ ...here, branch, status: null })).toBeNull();
  expect(goneModel({ ...here, branch, models: [] })).toBeNull();
  expect(goneModel({ ...here, branch, model: "small" })).toBeNull();
  expect(goneModel({ ...here, branch: [] })).toBeNull();
});
