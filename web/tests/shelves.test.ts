import { beforeEach, expect, it, vi } from "vitest";

import { Api, type Shelf } from "../shared/api";
import { Server } from "../shared/server";
import { isUnfinished, MOST_BYTES, share, Shelves } from "../shared/shelves";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";
import { shelfOf, workOf } from "./shelf-samples";

/** What the server has; each answer is of the moment. */
class Place {
  all: Shelf[] = [];
  readonly asked: string[] = [];
  readonly passwords: (string | undefined)[] = [];
  refused = new Set<string>();
  readonly shelves: Shelves;

  constructor() {
    const api = new Api(((path: string, init: RequestInit) => this.#answer(path, init)) as typeof fetch);
    const store = new Store(emptyState({ chat: null, panel: "shelves" }), (work) => work());
    this.shelves = new Shelves(new Server(store, api), (work) => work());
  }

  async #answer(path: string, { method, body, headers }: RequestInit): Promise<Response> {
    const url = new URL(path.replace("/app/api", ""), "http://here");
    const kind = body instanceof Blob ? ` ${(headers as Record<string, string>)["Content-Type"]}` : body ? ` ${String(body)}` : "";
    this.asked.push(`${method} ${url.pathname}${method === "DELETE" ? url.search : ""}${kind}`);
    if (url.pathname === "/documents") this.passwords.push((headers as Record<string, string>)["Document-Password"]);
    const name = url.searchParams.get("name") ?? "";
    if (this.refused.has(name)) {
      return Response.json({ error: { code: "bad_document", sentence: "No.", hint: null } }, { status: 400 });
    }
    if (url.pathname === "/shelves" && method === "GET") return Response.json({ shelves: this.all });
    return Response.json(this.all[0] ?? {});
  }

  count = (asked: string): number => this.asked.filter((one) => one === asked).length;
}

let place: Place;

beforeEach(() => {
  vi.useFakeTimers();
  place = new Place();
  return () => vi.useRealTimers();
});

it("looks every second while a shelf is being read, and no more after that where nobody looks", async () => {
  place.all = [shelfOf("boats", { work: workOf() })];
  await place.shelves.look();
  await vi.advanceTimersByTimeAsync(2_500);
  expect(place.count("GET /shelves")).toBe(3);
  place.all = [shelfOf("boats", { work: workOf({ state: "done" }) })];
  await vi.advanceTimersByTimeAsync(20_000);
  expect(place.count("GET /shelves")).toBe(4);
});

it("looks every second while an encyclopaedia is checked, and no more once it was refused", async () => {
  const checked = { path: "/wiki.zim", read: 1, total: 4, problem: null };
  place.all = [shelfOf("wiki", { mounting: [checked] })];
  await place.shelves.look();
  await vi.advanceTimersByTimeAsync(2_500);
  expect(place.count("GET /shelves")).toBe(3);
  place.all = [shelfOf("wiki", { mounting: [{ ...checked, problem: { code: "bad_document", sentence: "No.", hint: null, field: null } }] })];
  await vi.advanceTimersByTimeAsync(20_000);
  expect(place.count("GET /shelves")).toBe(4);
});

it("takes an encyclopaedia off by its path, and shows what is then", async () => {
  await place.shelves.look();
  place.all = [shelfOf("wiki")];
  await place.shelves.unmount("id-wiki", "/a b/wiki.zim");
  expect(place.asked).toContain("DELETE /shelves/id-wiki/encyclopaedias?path=%2Fa%20b%2Fwiki.zim");
  expect(place.shelves.store.get().shelves).toEqual(place.all);
});

it("looks now and then while somebody sees the shelves: another program may work on them", async () => {
  await place.shelves.open();
  await vi.advanceTimersByTimeAsync(10_500);
  expect(place.count("GET /shelves")).toBe(3);
  place.shelves.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(place.count("GET /shelves")).toBe(4);
});

it("shows what is after each change", async () => {
  await place.shelves.look();
  place.all = [shelfOf("boats")];
  await place.shelves.make("boats");
  expect(place.shelves.store.get().shelves).toEqual(place.all);
  expect(place.asked).toContain('POST /shelves {"name":"boats"}');
});

it("sends files one after the other, and says of each why it was not taken", async () => {
  place.refused.add("torn.pdf");
  const large = new File(["x"], "large.pdf");
  Object.defineProperty(large, "size", { value: MOST_BYTES + 1 });
  await place.shelves.give("id-boats", [new File(["a"], "a.md"), new File(["b"], "torn.pdf"), large]);
  const { sending } = place.shelves.store.get();
  expect(sending.map(({ name, problem }) => [name, problem?.code])).toEqual([
    ["torn.pdf", "bad_document"],
    ["large.pdf", "too_large"],
  ]);
  expect(place.count("POST /documents application/octet-stream")).toBe(2);
  place.shelves.dismiss(sending[0]!);
  expect(place.shelves.store.get().sending.map(({ name }) => name)).toEqual(["large.pdf"]);
});

it("puts a locked file on its shelf by its password, and shows it until then", async () => {
  place.refused.add("locked.pdf");
  await place.shelves.give("id-boats", [new File(["a"], "locked.pdf")]);
  const [sending] = place.shelves.store.get().sending;
  await expect(place.shelves.giveLocked(sending!, "barley")).rejects.toMatchObject({ code: "bad_document" });
  expect(place.shelves.store.get().sending).toEqual([sending]);
  place.refused.clear();
  await place.shelves.giveLocked(sending!, "sésame");
  expect(place.shelves.store.get().sending).toEqual([]);
  expect(place.passwords).toEqual([undefined, "barley", "s%C3%A9same"]);
});

it("unlocks a document of a shelf, and shows the shelf as it is then", async () => {
  place.all = [shelfOf("boats", { documents: 2 })];
  await place.shelves.unlock("id-boats", "docs/plan.pdf", "sésame");
  expect(place.asked).toEqual(['POST /shelves/id-boats/unlock {"name":"docs/plan.pdf","password":"sésame"}', "GET /shelves"]);
  expect(place.shelves.store.get().shelves).toEqual(place.all);
});

it("knows what waits to be gone on with", () => {
  expect(isUnfinished(shelfOf("s", { work: workOf({ state: "paused" }) }))).toBe(true);
  expect(isUnfinished(shelfOf("s", { synced: null }))).toBe(true);
  expect(isUnfinished(shelfOf("s", { synced: null, sources: 0 }))).toBe(false);
  expect(isUnfinished(shelfOf("s"))).toBe(false);
  expect(share(workOf())).toBe(0.25);
  expect(share(workOf({ total: 0 }))).toBeNull();
  expect(share(workOf({ done: 4, vectors: 1, vectors_total: 2 }))).toBe(0.5);
});
