import { beforeEach, expect, it, vi } from "vitest";

import { Api, type Message, type OpenChat } from "../shared/api";
import { comparedIn, Comparing, isShownKey } from "../shared/comparing";
import { ChatSaved } from "../shared/chat-saved";
import { kept, rivalOf } from "../shared/rival";
import { Saved } from "../shared/saved";
import { Server } from "../shared/server";
import { SideBySide } from "../shared/side-by-side";
import { CHAT, done, World } from "./world";

const OTHER = { model: "other", temperature: null };
const TEXT = { name: "text", said: { text: "hello" } };

let world: World;
let sideBySide: SideBySide;
const state = () => world.store.get();
const columns = () => state().compared?.answers.map(({ id }) => id);

beforeEach(() => {
  world = new World();
  const server = new Server(world.store, new Api(world.fetch));
  sideBySide = new SideBySide(world.store, server, world.comparing, world.conversation);
});

async function writing(): Promise<void> {
  world.tells = [TEXT];
  sideBySide.compareWith(OTHER);
  void world.conversation.ask("hi");
  await vi.waitFor(() => expect(state().lives.map(({ text }) => text)).toEqual(["hello", "hello"]));
}

it("has a second model answer the same question, beside the first", async () => {
  await writing();
  expect(world.asked).toEqual([{ text: "hi" }, { again: "q1", model: "other", beside: true }]);
  expect(state().branch.map(({ id }) => id)).toEqual(["q1", "a1"]);
  expect(columns()).toEqual(["a1", "b1"]);
  expect(state().live?.answer).toBe("a1");
});

it("has the same model answer once more, drawn otherwise, and remembers which answer that is", async () => {
  world.tells = [done("hello")];
  world.store.set({ model: "m" });
  sideBySide.compareWith({ model: "m", temperature: 0.2 });
  await world.conversation.ask("hi");
  expect(world.asked.at(-1)).toEqual({ again: "q1", model: "m", beside: true, sampling: { temperature: 0.2 } });
  expect(world.comparing.drawnWith(CHAT, "b1")).toBe(0.2);
  expect(world.comparing.drawnWith(CHAT, "a1")).toBeNull();
});

it("takes what an earlier version of the page has kept", () => {
  expect(rivalOf("other")).toEqual(OTHER);
  expect(rivalOf(kept(OTHER))).toEqual(OTHER);
  expect(rivalOf(kept({ model: "m", temperature: 0 }))).toEqual({ model: "m", temperature: 0 });
  expect([rivalOf(""), rivalOf("{}"), rivalOf(kept(null))]).toEqual([null, null, null]);
});

it("asks nobody twice, and nobody else once the comparing has ended", async () => {
  world.tells = [done("hello")];
  world.store.set({ model: "m" });
  sideBySide.compareWith({ model: "m", temperature: null });
  await world.conversation.ask("hi");
  sideBySide.compareWith(null);
  await world.conversation.ask("more");
  expect(world.asked.map(({ again }) => again)).toEqual([undefined, undefined]);
});

it("stops one and lets the other go on", async () => {
  await writing();
  world.conversation.stop("b1");
  expect(state().lives.map(({ answer }) => answer)).toEqual(["a1"]);
  expect(state().compared?.answers[1]).toMatchObject({ id: "b1", state: "stopped", text: "hello" });
  await vi.waitFor(() => expect(world.stopped).toEqual(["b1"]));
  expect(state().live?.answer).toBe("a1");
  world.conversation.stop();
  await vi.waitFor(() => expect(world.stopped).toEqual(["b1", "a1"]));
  expect(state()).toMatchObject({ live: null, lives: [] });
});

it("goes on with the one that is kept, and stops the other", async () => {
  await writing();
  await sideBySide.keep(state().compared?.answers[1] as Message);
  expect(world.stopped).toEqual(["a1"]);
  expect(state().compared).toBeNull();
  expect(state().branch.at(-1)?.id).toBe("b1");
  expect(world.comparing.shown(CHAT)).toBeNull();
  world.conversation.stop();
});

it("shows both again after a reload, still being written", async () => {
  await writing();
  void world.conversation.open(null);
  expect(state()).toMatchObject({ compared: null, lives: [] });
  void world.conversation.open(CHAT);
  await vi.waitFor(() => expect(state().lives.map(({ text }) => text)).toEqual(["hello", "hello"]));
  expect(columns()).toEqual(["a1", "b1"]);
  world.conversation.stop();
});

it("shows both to their ends, and then the next question alone", async () => {
  world.tells = [TEXT, done("hello")];
  sideBySide.compareWith(OTHER);
  await world.conversation.ask("hi");
  expect(state().compared?.answers.map(({ text }) => text)).toEqual(["hello", "hello"]);
  expect(state()).toMatchObject({ live: null, lives: [] });
  sideBySide.compareWith(null);
  await world.conversation.ask("more");
  expect(world.asked.at(-1)).toEqual({ text: "more", parent: "a1" });
  expect(state().compared).toBeNull();
});

it("says why the second is not there, and shows the first", async () => {
  world.tells = [done("hello")];
  sideBySide.compareWith(OTHER);
  world.refusesAgain = () => Response.json({ error: { code: "busy", sentence: "Too many.", hint: null } }, { status: 503 });
  await world.conversation.ask("hi");
  expect(state().askProblem?.code).toBe("busy");
  expect(state().branch.map(({ text }) => text)).toEqual(["hi", "hello"]);
});

it("shows all versions of an answer, and one again", async () => {
  world.tells = [done("hello")];
  await world.conversation.ask("hi");
  await world.conversation.again(state().branch[1] as Message);
  await sideBySide.open(state().branch[1] as Message);
  expect(columns()).toEqual(["a1", "b1"]);
  sideBySide.close();
  expect(state().compared).toBeNull();
});

const answer = (...alternatives: string[]) => ({ role: "assistant", parent: "q", alternatives }) as unknown as Message;
const opened = (message: Message, ...questions: string[]) =>
  ({ messages: [message], runs: questions.map((question, at) => ({ id: `${at}`, chat: CHAT, question })) }) as OpenChat;

it.each([
  [opened(answer("a", "b"), "q", "q"), null, "q"],
  [opened(answer("a", "b"), "q"), null, null],
  [opened(answer("a", "b")), "q", "q"],
  [opened(answer("a")), "q", null],
  [opened(answer("a", "b")), "elsewhere", null],
])("knows which answers belong side by side: %#", (chat, remembered, question) => {
  expect(comparedIn(chat, remembered)).toBe(question);
});

it("remembers who else answers for each chat by itself, until the chat is forgotten", () => {
  const comparing = new Comparing(new ChatSaved(new Saved(null)));
  comparing.setRival(CHAT, OTHER);
  expect([comparing.rival(CHAT), comparing.rival(null)]).toEqual([OTHER, null]);
  comparing.forget(CHAT);
  expect(comparing.rival(CHAT)).toBeNull();
  expect(isShownKey(`sotto.compared.${CHAT}`)).toBe(true);
  expect(isShownKey("sotto.draft.new")).toBe(false);
});
