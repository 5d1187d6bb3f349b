import { expect, it, vi } from "vitest";

import type { Message } from "../shared/api";
import { Problem } from "../shared/problem";
import { CHAT, done, World } from "./world";

const TEXT = { name: "text", said: { text: "hello" } };
const texts = (world: World) => world.store.get().branch.map(({ text }) => text);
const refusal = () =>
  Response.json({ error: { code: "disk_full", sentence: "The disk is full.", hint: null } }, { status: 507 });

async function answered(): Promise<World> {
  const world = new World();
  world.tells = [TEXT, done("hello")];
  await world.conversation.ask("hi");
  return world;
}

it("begins a chat with the first question, and shows the answer to its end", async () => {
  const world = await answered();
  expect(world.asked).toEqual([{ text: "hi" }]);
  expect(world.begun).toEqual([CHAT]);
  expect(texts(world)).toEqual(["hi", "hello"]);
  expect(world.store.get().live).toBeNull();
  expect(world.drafts.get(null)).toBe("");
});

it("shows the question before the server has answered", async () => {
  const world = new World();
  world.isSlow = true;
  world.tells = [done("")];
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.release).not.toBeNull());
  expect(texts(world)).toEqual(["hi", ""]);
  expect(world.store.get().live?.phase.kind).toBe("sending");
  expect(world.drafts.get(null)).toBe("hi");
  world.release?.();
  await asking;
});

it("goes on after the newest message, and edits in the place of an old one", async () => {
  const world = await answered();
  await world.conversation.ask("more");
  expect(world.asked[1]).toEqual({ text: "more", parent: "a1" });
  await world.conversation.edit(world.store.get().branch[2] as Message, "better");
  expect(world.asked[2]).toEqual({ text: "better", parent: "a1" });
  expect(texts(world)).toEqual(["hi", "hello", "better", "hello"]);
});

it("loses no text that was not taken", async () => {
  const world = await answered();
  world.refusal = refusal;
  await world.conversation.ask("more");
  expect(texts(world)).toEqual(["hi", "hello"]);
  expect(world.store.get()).toMatchObject({ live: null, askProblem: { code: "disk_full" } });
  expect(world.drafts.get(CHAT)).toBe("more");
  world.drafts.set(CHAT, "typed meanwhile");
  await world.conversation.edit(world.store.get().branch[0] as Message, "edited");
  expect(world.drafts.get(CHAT)).toBe("edited\n\ntyped meanwhile");
});

it("stops at once on the screen, and then at the server", async () => {
  const world = new World();
  world.tells = [TEXT];
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.store.get().live?.text).toBe("hello"));
  world.conversation.stop();
  expect(world.store.get()).toMatchObject({ live: null, branch: [{ text: "hi" }, { text: "hello", state: "stopped" }] });
  await asking;
  await vi.waitFor(() => expect(world.stopped).toEqual(["a1"]));
});

it("stops an answer that has no name yet as soon as it has one", async () => {
  const world = new World();
  world.isSlow = true;
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.release).not.toBeNull());
  world.conversation.stop();
  expect(world.store.get().live).toBeNull();
  world.release?.();
  await asking;
  expect(world.stopped).toEqual(["a1"]);
});

it("leaves an answer to itself when another chat is opened, and finds it again", async () => {
  const world = new World();
  world.tells = [TEXT];
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.store.get().live?.text).toBe("hello"));
  void world.conversation.open(null);
  await asking;
  expect(world.store.get()).toMatchObject({ live: null, branch: [], chat: null });
  expect(world.stopped).toEqual([]);
  void world.conversation.open(CHAT);
  await vi.waitFor(() => expect(world.store.get().live).toMatchObject({ answer: "a1", text: "hello" }));
  world.conversation.stop();
});

it("asks nothing while an answer is being written", async () => {
  const world = new World();
  world.tells = [TEXT];
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.store.get().live?.text).toBe("hello"));
  await world.conversation.ask("again");
  expect(world.asked.length).toBe(1);
  world.conversation.stop();
  await asking;
});

it("adds no word to an answer that was stopped here when the chat is fetched anew, until it is opened again", async () => {
  const world = new World();
  world.tells = [TEXT];
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.store.get().live?.text).toBe("hello"));
  world.store.set({ route: { chat: CHAT, panel: null } });
  world.conversation.stop();
  await asking;
  await vi.waitFor(() => expect(world.stopped).toEqual(["a1"]));
  await vi.waitFor(() => expect(world.store.get().chat).not.toBeNull());
  world.messages = world.messages.map((one) => (one.role === "assistant" ? { ...one, text: "hello there" } : one));
  await vi.waitFor(async () => {
    await world.conversation.refresh();
    expect(texts(world)).toEqual(["hi", "hello"]);
  });
  await world.conversation.open(CHAT);
  expect(texts(world)).toEqual(["hi", "hello there"]);
});

it("brings along what the chat is to begin with", async () => {
  const world = new World();
  world.setUp = () => ({ system: "Be brief.", settings: { seed: 7 } });
  world.tells = [done("")];
  await world.conversation.ask("hi");
  expect(world.asked).toEqual([{ text: "hi", system: "Be brief.", settings: { seed: 7 } }]);
});

it("asks nothing while what was set for the chat is not with the server, and keeps the question", async () => {
  const world = await answered();
  world.setUp = () => {
    throw new Problem("disk_full", "The disk is full.", null);
  };
  await world.conversation.ask("more");
  expect(world.asked).toHaveLength(1);
  expect(world.store.get().askProblem?.sentence).toBe("The disk is full.");
  expect(world.drafts.get(CHAT)).toBe("more");
});

it("asks the usual model next where the chosen one has been removed", async () => {
  const world = await answered();
  world.store.set({ model: "clinic" });
  const error = { code: "no_model", sentence: "Gone.", hint: "Ask for small" };
  world.refusal = () => Response.json({ error }, { status: 404 });
  await world.conversation.ask("more");
  expect(world.store.get()).toMatchObject({ model: null, askProblem: { code: "no_model", sentence: "Gone.", hint: null } });
});

it("goes on with a cut answer in its place, and shows it as it grows", async () => {
  const world = await answered();
  world.messages = world.messages.map((one) => (one.id === "a1" ? { ...one, state: "stopped" } : one));
  await world.conversation.refresh();
  world.isSlow = true;
  world.tells = [{ name: "whole", said: { text: "hello" } }, { name: "text", said: { text: " there" } }, done("hello there")];
  const going = world.conversation.goOn(world.store.get().branch[1] as Message);
  await vi.waitFor(() => expect(world.release).not.toBeNull());
  expect(world.asked[1]).toEqual({ go_on: "a1" });
  expect(texts(world)).toEqual(["hi", "hello"]);
  expect(world.store.get().live?.answer).toBe("a1");
  world.release?.();
  await going;
  expect(texts(world)).toEqual(["hi", "hello there"]);
  expect(world.store.get().live).toBeNull();
});

it("shows what was about to go as gone, whatever the server still tells, and again when that is undone", async () => {
  const world = await answered();
  await world.conversation.ask("more");
  const doomed = world.store.get().branch[2] as Message;
  world.store.set({ doomed: [{ chat: CHAT, message: doomed.id }] });
  await world.conversation.leave(doomed);
  expect(texts(world)).toEqual(["hi", "hello"]);
  await world.conversation.refresh();
  expect(texts(world)).toEqual(["hi", "hello"]);
  world.store.set({ doomed: [] });
  await world.conversation.restore({ kind: "message", chat: CHAT, message: doomed.id, many: 2, leaf: "a2" });
  expect(world.leaves).toEqual(["a2"]);
  expect(texts(world)).toEqual(["hi", "hello", "more", "hello"]);
});

it("goes to another version where one goes", async () => {
  const world = await answered();
  const doomed = { ...(world.store.get().branch[1] as Message), alternatives: ["a0", "a1"] };
  world.store.set({ doomed: [{ chat: CHAT, message: "a1" }], branch: [world.store.get().branch[0] as Message, doomed] });
  await world.conversation.leave(doomed);
  expect(world.leaves).toEqual(["a0"]);
});

const OFFER = { upstream: "cellar", route: "there", text: "" } as const;

it("shows what would leave before anybody answers, and has the question whatever becomes of it", async () => {
  const world = new World();
  world.offer = OFFER;
  world.store.set({ only: { route: "there", to: "cellar" } });
  await world.conversation.ask("hi");
  expect(world.asked).toEqual([{ text: "hi", only: { route: "there", to: "cellar" } }]);
  expect(texts(world)).toEqual(["hi"]);
  expect(world.store.get()).toMatchObject({
    live: null, only: null, leaving: { chat: CHAT, question: "q1", upstream: "cellar" },
  });
  world.offer = null;
  world.tells = [TEXT, done("hello")];
  await world.conversation.answer("q1");
  expect(world.asked[1]).toEqual({ again: "q1" });
});

it("keeps what was chosen for one question until a server has taken it", async () => {
  const world = new World();
  world.store.set({ only: { route: "here", to: "" } });
  world.refusal = refusal;
  await world.conversation.ask("hi");
  expect(world.store.get().only).toEqual({ route: "here", to: "" });
  world.refusal = null;
  world.tells = [TEXT, done("hello")];
  await world.conversation.ask("hi");
  expect(world.asked.map(({ only }) => only)).toEqual([{ route: "here", to: "" }, { route: "here", to: "" }]);
  expect(world.store.get().only).toBeNull();
});

it("opens nothing for a question that was stopped before it was known where it goes", async () => {
  const world = new World();
  world.isSlow = true;
  world.offer = OFFER;
  const asking = world.conversation.ask("hi");
  await vi.waitFor(() => expect(world.release).not.toBeNull());
  world.conversation.stop();
  world.release?.();
  await asking;
  expect(texts(world)).toEqual(["hi"]);
  expect(world.store.get()).toMatchObject({ live: null, leaving: null });
  expect(world.stopped).toEqual([]);
});
