import { expect, it } from "vitest";

import type { Message } from "../shared/api";
import { asked, askedAgain, asStopped, canGoOn, goneOnWith, nearest, neighbour, placeOf, settled } from "../shared/branch";
import { begun } from "../shared/live";

const message = (id: string, role: string, parent: string | null, alternatives = [id]): Message => ({
  id, role, parent, alternatives,
  state: "complete", text: id, model: "m", created: 0, reason: null, usage: null, timings: null, problem: null,
  attachments: [], reasoning: "", thought: null, below: 0, liked: null, made: "", elsewhere: null,
  grounds: [], claims: [], citations: [], supported_share: null, notices: [], tools: [], card: "", replaced: false, offer: null,
});
const BRANCH = [
  message("q1", "user", null),
  message("a1", "assistant", "q1", ["a0", "a1"]),
  message("q2", "user", "a1"),
  message("a2", "assistant", "q2"),
];
const ask = { question: "q", answer: "a", text: "and?", model: "m", now: 5 };
const ids = (branch: readonly Message[]) => branch.map(({ id }) => id);

it("goes on with a question and an answer to come", () => {
  const after = asked(BRANCH, { ...ask, parent: "a2" });
  expect(ids(after)).toEqual(["q1", "a1", "q2", "a2", "q", "a"]);
  expect(after[4]).toMatchObject({ role: "user", text: "and?", parent: "a2", alternatives: ["q"] });
  expect(after[5]).toMatchObject({ role: "assistant", state: "writing", parent: "q", alternatives: ["a"] });
});

it("puts an edited question in the old one's place, which stays within reach", () => {
  const after = asked(BRANCH, { ...ask, parent: "a1" });
  expect(ids(after)).toEqual(["q1", "a1", "q", "a"]);
  expect(after[2]?.alternatives).toEqual(["q2", "q"]);
  expect(placeOf(after[2] as Message)).toEqual({ at: 2, of: 2 });
  expect(neighbour(after[2] as Message, -1)).toBe("q2");
  expect(neighbour(after[2] as Message, 1)).toBeUndefined();
});

it("replaces even the first question of a chat", () => {
  const after = asked(BRANCH, { ...ask, parent: null });
  expect(ids(after)).toEqual(["q", "a"]);
  expect(after[0]?.alternatives).toEqual(["q1", "q"]);
});

it("answers a question once more beside the earlier answers", () => {
  const after = askedAgain(BRANCH, { ...ask, question: "q1" });
  expect(ids(after)).toEqual(["q1", "a"]);
  expect(after[1]).toMatchObject({ parent: "q1", alternatives: ["a0", "a1", "a"] });
});

it("keeps what an answer has become", () => {
  const live = { ...begun("a2"), text: "so far", outcome: { state: "stopped" } };
  expect(settled(BRANCH, live)[3]).toMatchObject({ id: "a2", text: "so far", state: "stopped" });
});

it("shows of a stopped answer what its reader had, and otherwise what the server has", () => {
  const kept = (text: string) => asStopped(BRANCH, "a2", text)[3]?.text;
  expect(kept("a")).toBe("a");
  expect(kept("other")).toBe("a2");
});

it("offers to go on with an answer that was cut and that nothing follows", () => {
  const answer = message("a", "assistant", "q");
  expect(canGoOn(answer)).toBe(false);
  for (const cut of [{ state: "stopped" }, { state: "interrupted" }, { reason: "length" }, { reason: "repeats" }]) {
    expect(canGoOn({ ...answer, ...cut })).toBe(true);
    expect(canGoOn({ ...answer, ...cut, below: 2 })).toBe(false);
    expect(canGoOn({ ...answer, ...cut, text: "" })).toBe(false);
    expect(canGoOn({ ...answer, ...cut, replaced: true })).toBe(false);
    const elsewhere = { upstream: "cellar", by: "", where: "inside", masked: 0, sent_sha256: "", cost: null, currency: "" };
    expect(canGoOn({ ...answer, ...cut, elsewhere })).toBe(false);
  }
});

it("shows an answer that is gone on with as being written, with its text", () => {
  const cut = { ...message("a", "assistant", "q"), reason: "length" };
  expect(goneOnWith([cut], "a")).toEqual([{ ...cut, state: "writing", reason: null }]);
});

it("says no more of an answer that is gone on with that it had gone round", () => {
  const stale = { code: "stale", text: "The newest document is from 2024." };
  const round = { ...message("a", "assistant", "q"), reason: "repeats", notices: [stale, { code: "repeats", text: "" }] };
  expect(goneOnWith([round], "a")[0]?.notices).toEqual([stale]);
});

it("loses nothing of an answer whose stream has just begun", () => {
  const [only] = settled([message("a", "assistant", "q")], { ...begun("a"), outcome: { state: "stopped" } });
  expect([only?.text, only?.state]).toEqual(["a", "stopped"]);
});

it("has the version before take the place of one that goes, or else the one after", () => {
  expect(nearest(message("b", "user", null, ["a", "b", "c"]))).toBe("a");
  expect(nearest(message("a", "user", null, ["a", "b"]))).toBe("b");
  expect(nearest(message("a", "user", null))).toBeUndefined();
});
