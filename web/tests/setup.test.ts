import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Api } from "../shared/api";
import { ChatSaved } from "../shared/chat-saved";
import { Saved, type Shelf } from "../shared/saved";
import { Server } from "../shared/server";
import { editOf, Setups, setupOf } from "../shared/setup";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";
import { chatOf, DEFAULTS, NO_SETTINGS, presetOf, ROOMY } from "./samples";

const CHAT = "aaaaaaaaaaaaaaaa";
const NO_SHELVES = { knowledge: [], quote: false, route: null };
const REFUSED = { error: { code: "bad_value", sentence: "No.", hint: "Otherwise." } };

/** A server with one chat, and a browser that keeps things over visits. */
class Place {
  chat = chatOf(CHAT);
  sent: object[] = [];
  answers: ((body: object) => Response)[] = [];
  readonly kept = new Map<string, string>();
  fetch = (async (_path: string, init: RequestInit = {}) => {
    const body = JSON.parse(init.body as string) as object;
    this.sent.push(body);
    const answer = this.answers.shift();
    if (answer) return answer(body);
    this.chat = { ...this.chat, ...body, settings: { ...NO_SETTINGS, ...("settings" in body ? (body.settings as object) : {}) } };
    return Response.json({ chat: this.chat, context: ROOMY, messages: [], always: "", route: null });
  }) as typeof fetch;

  store = new Store(emptyState({ chat: CHAT, panel: null }), (work) => work());
  setups = this.visit();

  visit(): Setups {
    const shelf: Shelf = {
      getItem: (key) => this.kept.get(key) ?? null,
      setItem: (key, value) => void this.kept.set(key, value),
      removeItem: (key) => void this.kept.delete(key),
    };
    this.store = new Store(emptyState({ chat: CHAT, panel: null }), (work) => work());
    this.store.set({ chat: this.chat, defaults: DEFAULTS });
    const server = new Server(this.store, new Api(this.fetch));
    this.setups = new Setups(this.store, server, new ChatSaved(new Saved(shelf)), (chat) => this.store.set({ chat }));
    return this.setups;
  }
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("sends what was changed together, and only then calls it sent", async () => {
  const place = new Place();
  place.setups.change(CHAT, { system: "Be" });
  place.setups.change(CHAT, { system: "Be brief." });
  place.setups.change(CHAT, { settings: { seed: 7 } });
  expect(setupOf(place.store.get(), CHAT)).toEqual({ ...NO_SHELVES, system: "Be brief.", settings: { seed: 7 } });
  expect(place.sent).toEqual([]);
  await vi.runAllTimersAsync();
  expect(place.sent).toEqual([{ system: "Be brief.", settings: { seed: 7 } }]);
  expect(editOf(place.store.get(), CHAT)).toBeUndefined();
  expect(setupOf(place.store.get(), CHAT)).toEqual({ ...NO_SHELVES, system: "Be brief.", settings: { seed: 7 } });
  expect(place.store.get().context).toEqual(ROOMY);
});

it("loses nothing that is changed while an earlier change is under way", async () => {
  const place = new Place();
  place.answers.push(() => {
    place.setups.change(CHAT, { system: "two" });
    return Response.json({ chat: chatOf(CHAT, { system: "one" }), context: ROOMY, messages: [] });
  });
  place.setups.change(CHAT, { system: "one" });
  await vi.runAllTimersAsync();
  expect(place.sent).toEqual([{ system: "one" }, { system: "two" }]);
  expect(setupOf(place.store.get(), CHAT).system).toBe("two");
});

it("keeps what could not be sent, says why, and lets no question go without it", async () => {
  const place = new Place();
  place.answers.push(() => Response.json(REFUSED, { status: 400 }), () => Response.json(REFUSED, { status: 400 }));
  place.setups.change(CHAT, { settings: { temperature: 9 } });
  await vi.runAllTimersAsync();
  expect(editOf(place.store.get(), CHAT)).toMatchObject({ settings: { temperature: 9 }, problem: { sentence: "No." } });
  await expect(place.setups.forAsking(CHAT)).rejects.toThrow("No.");
  expect(await place.setups.forAsking(CHAT)).toEqual({});
  expect(editOf(place.store.get(), CHAT)).toBeUndefined();
});

it("brings back on the next visit what never reached the server", async () => {
  const place = new Place();
  place.answers.push(() => Response.json(REFUSED, { status: 500 }));
  place.setups.change(CHAT, { system: "keep me" });
  await vi.runAllTimersAsync();
  place.visit().recall(CHAT);
  expect(setupOf(place.store.get(), CHAT).system).toBe("keep me");
  await vi.runAllTimersAsync();
  expect(place.sent.at(-1)).toEqual({ system: "keep me" });
  expect(place.kept.size).toBe(0);
});

it("keeps what a chat is to begin with until it has begun", async () => {
  const place = new Place();
  expect(await place.setups.forAsking(null)).toEqual({});
  expect(setupOf(place.store.get(), null)).toEqual({ ...NO_SHELVES, system: "Be kind.", settings: {} });
  place.setups.change(null, { settings: { seed: 7 } });
  await vi.runAllTimersAsync();
  expect(place.sent).toEqual([]);
  expect(await place.visit().forAsking(null)).toEqual({ settings: { seed: 7 } });
  place.setups.begun();
  expect(await place.visit().forAsking(null)).toEqual({});
});

it("lays a preset over a chat at once, and takes it back", async () => {
  const place = new Place();
  place.chat = chatOf(CHAT, { system: "mine", settings: { ...NO_SETTINGS, top_k: 3 } });
  place.visit().apply(CHAT, presetOf("Poet", { system: "Rhyme.", settings: { ...NO_SETTINGS, temperature: 1 } }));
  await vi.advanceTimersByTimeAsync(0);
  expect(place.sent).toEqual([{ system: "Rhyme.", settings: { temperature: 1 } }]);
  expect(place.store.get().applied?.name).toBe("Poet");
  place.setups.undo();
  await vi.advanceTimersByTimeAsync(0);
  expect(place.sent.at(-1)).toEqual({ system: "mine", settings: { top_k: 3 } });
  expect(place.store.get().applied).toBeNull();
});

it("forgets what was changed for a chat that is deleted", async () => {
  const place = new Place();
  place.setups.change(CHAT, { system: "private" });
  place.setups.forget(CHAT);
  await vi.runAllTimersAsync();
  expect(place.sent).toEqual([]);
  expect([...place.kept.values()].join()).not.toContain("private");
});

it("no longer takes a preset back once more was changed, which would go with it", async () => {
  const place = new Place();
  place.setups.apply(CHAT, presetOf("Poet", { system: "Rhyme." }));
  expect(place.store.get().applied?.name).toBe("Poet");
  place.setups.change(CHAT, { system: "Rhyme, and mind the metre." });
  expect(place.store.get().applied).toBeNull();
  place.setups.undo();
  expect(setupOf(place.store.get(), CHAT).system).toBe("Rhyme, and mind the metre.");
});

it("sends the shelves of a chat, and begins one with them", async () => {
  const place = new Place();
  place.setups.change(CHAT, { knowledge: ["one"], quote: true });
  expect(setupOf(place.store.get(), CHAT)).toMatchObject({ knowledge: ["one"], quote: true });
  await vi.runAllTimersAsync();
  expect(place.sent).toEqual([{ knowledge: ["one"], quote: true }]);
  expect(setupOf(place.store.get(), CHAT)).toMatchObject({ knowledge: ["one"], quote: true });
  place.setups.change(null, { knowledge: ["two"] });
  expect(await place.visit().forAsking(null)).toEqual({ knowledge: ["two"] });
});

it("takes a preset back without the shelves", async () => {
  const place = new Place();
  place.setups.apply(CHAT, presetOf("brief", { system: "Be brief." }));
  await vi.runAllTimersAsync();
  place.setups.undo();
  await vi.runAllTimersAsync();
  expect(place.sent.at(-1)).toEqual({ system: "", settings: {} });
});

it("has a chat begin as it is chosen where its questions go, and holds that of one that has begun", async () => {
  const place = new Place();
  const there = { route: "there", to: "cellar" } as const;
  place.setups.change(null, { route: there });
  expect(setupOf(place.store.get(), null).route).toEqual(there);
  expect(await place.setups.forAsking(null)).toEqual({ route: there });
  place.store.set({ chat: place.chat, chosen: there });
  expect(setupOf(place.store.get(), CHAT).route).toEqual(there);
  place.setups.change(CHAT, { route: null }); // as is usual, which is not the same as unchanged
  expect(setupOf(place.store.get(), CHAT).route).toBeNull();
  await place.setups.send(CHAT);
  expect(place.sent).toEqual([{ route: null }]);
});
