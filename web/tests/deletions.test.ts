import { expect, it } from "vitest";

import { Api } from "../shared/api";
import { type Deletion, Deletions, doomedBy, TIME_TO_UNDO } from "../shared/deletions";
import type { Doomed } from "../shared/doomed";
import { Saved, type Shelf } from "../shared/saved";
import { Server } from "../shared/server";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";

const CHAT: Deletion = { kind: "chat", chat: "c1", title: "Boats", isOpen: true };
const MESSAGE: Deletion = { kind: "message", chat: "c2", message: "m1", many: 2, leaf: "m2" };
/** Let all that waits for nothing but its turn be done. */
const flat = () => new Promise<void>((done) => setTimeout(done));
const refused = (status: number, code: string) =>
  Response.json({ error: { code, sentence: "No.", hint: null } }, { status });

function shelf(): Shelf & { kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

/** A window of a browser, whose clock goes when it is told to. */
class Pane {
  readonly store = new Store(emptyState({ chat: null, panel: null }), (work) => work());
  readonly asked: string[] = [];
  readonly kept: boolean[] = [];
  readonly undone: Deletion[] = [];
  readonly gone: Doomed[] = [];
  readonly shown: Doomed[] = [];
  answer: () => Response | Promise<Response> = () => new Response(null, { status: 204 });
  now: number;
  readonly deletions: Deletions;
  #waiting: { at: number; work: () => void }[] = [];

  constructor(place: Shelf, now = 0) {
    this.now = now;
    const fetch = (async (path: string, init: RequestInit) => {
      this.asked.push(`${init.method} ${path}`);
      this.kept.push(init.keepalive === true);
      return this.answer();
    }) as typeof globalThis.fetch;
    const server = new Server(this.store, new Api(fetch));
    this.deletions = new Deletions(this.store, server, new Saved(place), {
      now: () => this.now,
      wait: (work, milliseconds) => {
        const waiting = { at: this.now + milliseconds, work };
        this.#waiting.push(waiting);
        return () => void (this.#waiting = this.#waiting.filter((one) => one !== waiting));
      },
      undone: (deletion) => this.undone.push(deletion),
      gone: (doomed) => this.gone.push(doomed),
      kept: (doomed) => this.shown.push(doomed),
    });
  }

  async pass(milliseconds: number): Promise<void> {
    this.now += milliseconds;
    const due = this.#waiting.filter(({ at }) => at <= this.now);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.now);
    for (const { work } of due) work();
    await flat();
  }

  get hidden(): (string | null)[] {
    return this.store.get().doomed.map(({ chat, message }) => message ?? chat);
  }
}

it("hides at once, and deletes when the time to undo is up", async () => {
  const place = shelf();
  const pane = new Pane(place);
  pane.deletions.later(CHAT);
  pane.deletions.later(MESSAGE);
  expect(pane.hidden).toEqual(["c1", "m1"]);
  await pane.pass(TIME_TO_UNDO - 1);
  expect(pane.asked).toEqual([]);
  await pane.pass(1);
  expect(pane.asked).toEqual(["DELETE /app/api/chats/c1", "DELETE /app/api/chats/c2/messages/m1"]);
  expect(pane.gone).toEqual([doomedBy(CHAT), doomedBy(MESSAGE)].map((one) => expect.objectContaining(one)));
  expect(pane.store.get().undoable).toEqual([]);
  expect(place.kept.size).toBe(0);
});

it("deletes nothing that was undone", async () => {
  const pane = new Pane(shelf());
  pane.deletions.later(CHAT);
  pane.deletions.undo(CHAT);
  await pane.pass(TIME_TO_UNDO * 2);
  expect(pane.asked).toEqual([]);
  expect(pane.hidden).toEqual([]);
  expect(pane.undone).toEqual([CHAT]);
});

it("waits while somebody considers it, and gives the whole time again", async () => {
  const pane = new Pane(shelf());
  pane.deletions.later(CHAT);
  pane.deletions.hold();
  await pane.pass(TIME_TO_UNDO * 5);
  expect(pane.asked).toEqual([]);
  pane.deletions.release();
  await pane.pass(TIME_TO_UNDO - 1);
  expect(pane.asked).toEqual([]);
  await pane.pass(1);
  expect(pane.asked).toHaveLength(1);
});

it("asks for all of it when the page is left, in calls that outlive it", async () => {
  const pane = new Pane(shelf());
  pane.deletions.later(CHAT);
  pane.deletions.leave();
  await flat();
  expect([pane.asked, pane.kept]).toEqual([["DELETE /app/api/chats/c1"], [true]]);
  expect(pane.store.get().undoable).toEqual([]);
});

it("is carried out at the next start where the window crashed", async () => {
  const place = shelf();
  new Pane(place).deletions.later(MESSAGE);
  expect([...place.kept.values()].join()).not.toContain("Boats");
  const next = new Pane(place, TIME_TO_UNDO * 2);
  expect(next.hidden).toEqual(["m1"]);
  next.deletions.resume();
  await next.pass(0);
  expect(next.asked).toEqual(["DELETE /app/api/chats/c2/messages/m1"]);
  expect(place.kept.size).toBe(0);
});

it("leaves to another window what that one can still undo, or considers", async () => {
  const place = shelf();
  const first = new Pane(place);
  first.deletions.later(CHAT);
  const second = new Pane(place);
  second.deletions.resume();
  first.deletions.hold();
  await second.pass(TIME_TO_UNDO * 2);
  expect(second.asked).toEqual([]);
  first.deletions.undo(CHAT);
  second.deletions.reread();
  expect(second.hidden).toEqual([]);
  await second.pass(TIME_TO_UNDO * 1000);
  expect(second.asked).toEqual([]);
});

it("asks again for what was refused for now, and after a lost connection", async () => {
  const pane = new Pane(shelf());
  pane.answer = () => refused(429, "busy");
  pane.deletions.later(CHAT);
  await pane.pass(TIME_TO_UNDO);
  pane.answer = () => Promise.reject(new TypeError("no network"));
  await pane.pass(TIME_TO_UNDO);
  expect(pane.asked).toHaveLength(2);
  expect(pane.hidden).toEqual(["c1"]);
  pane.answer = () => new Response(null, { status: 204 });
  pane.deletions.resume();
  await pane.pass(TIME_TO_UNDO * 2);
  expect(pane.asked).toHaveLength(3);
  expect(pane.hidden).toEqual([]);
});

it("shows again what could not be deleted, and says why", async () => {
  const pane = new Pane(shelf());
  pane.answer = () => refused(400, "bad_value");
  pane.deletions.later(CHAT);
  await pane.pass(TIME_TO_UNDO);
  expect(pane.hidden).toEqual([]);
  expect(pane.store.get().failed?.problem.sentence).toBe("No.");
  expect(pane.shown).toHaveLength(1);
  expect(pane.gone).toEqual([]);
});

it("tells of a full disk, unless what was to go is gone all the same", async () => {
  const pane = new Pane(shelf());
  pane.answer = () => (pane.asked.length < 2 ? refused(507, "disk_full") : refused(404, "not_found"));
  pane.deletions.later(CHAT);
  await pane.pass(TIME_TO_UNDO);
  expect(pane.gone).toHaveLength(1);
  expect(pane.store.get().failed).toBeNull();
  pane.answer = () => refused(507, "disk_full");
  pane.deletions.later(MESSAGE);
  await pane.pass(TIME_TO_UNDO);
  expect(pane.store.get().failed?.problem.code).toBe("disk_full");
  expect(pane.hidden).toEqual([]);
});

it("takes what is gone already for deleted", async () => {
  const pane = new Pane(shelf());
  pane.answer = () => refused(404, "not_found");
  pane.deletions.later(CHAT);
  await pane.pass(TIME_TO_UNDO);
  expect(pane.gone).toHaveLength(1);
  expect(pane.store.get().failed).toBeNull();
});

it("tells of the newest three only, and does not wait with the others", async () => {
  const pane = new Pane(shelf());
  for (const chat of ["a", "b", "c", "d"]) pane.deletions.later({ kind: "chat", chat, title: chat, isOpen: false });
  await flat();
  expect(pane.asked).toEqual(["DELETE /app/api/chats/a"]);
  expect(pane.store.get().undoable.map(({ chat }) => chat)).toEqual(["b", "c", "d"]);
});

it("is not led astray by what else may stand in the browser's storage", () => {
  const place = shelf();
  for (const found of ["{", "7", '[{"chat": 1}]', "null"]) {
    place.setItem("sotto.deletions", found);
    expect(new Pane(place).hidden).toEqual([]);
  }
});
