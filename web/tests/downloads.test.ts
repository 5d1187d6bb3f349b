import { expect, it } from "vitest";

import type { Pull } from "../shared/api";
import { downloadsOf, isUnderWay, share } from "../shared/downloads";
import { pull } from "./model-samples";

const failure = (code: string) => ({ code, sentence: "It did not work.", hint: null, field: null });
const only = (...pulls: Pull[]) => downloadsOf({ pulls, left: [] });

it("tells in which state each is", () => {
  const state = (more: Partial<Pull>) => only(pull("m", more))[0]?.state;
  expect(state({})).toBe("running");
  expect(state({ received: 100 })).toBe("checking");
  expect(state({ ended: "stopped" })).toBe("stopped");
  expect(state({ ended: "done" })).toBe("done");
  expect(state({ ended: "failed", problem: failure("network_problem") })).toBe("failed");
  expect(state({ ended: "failed", problem: failure("stopping") })).toBe("interrupted");
});

it("shows a model once, as it was last begun, and the newest model first", () => {
  const found = only(pull("a", { ended: "stopped" }), pull("b"), pull("a", { id: "again" }));
  expect(found.map(({ name, id }) => [name, id])).toEqual([
    ["b", "id-b"],
    ["a", "again"],
  ]);
});

it("shows what an earlier run of the server left, of whose size not all may be known", () => {
  const left = { ref: "hf:org/m", name: "m", bytes: null, received: 7 };
  const [found] = downloadsOf({ pulls: [], left: [left] });
  expect(found).toMatchObject({ id: null, state: "interrupted", received: 7, problem: null });
  expect(found && share(found)).toBeNull();
  expect(found && isUnderWay(found)).toBe(false);
});

it("tells how much is here, never more than all", () => {
  const part = (more: Partial<Pull>) => only(pull("m", more)).map(share)[0];
  expect(part({})).toBe(0.4);
  expect(part({ received: 120 })).toBe(1);
  expect(part({ bytes: 0 })).toBeNull();
});
