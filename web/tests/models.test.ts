import { beforeEach, expect, it, vi } from "vitest";

import { Api, type Pull } from "../shared/api";
import { Library } from "../shared/models";
import { Saved } from "../shared/saved";
import { Server } from "../shared/server";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";
import { fit, pull } from "./model-samples";

/** What the server has; each answer is of the moment. */
class Place {
  pulls: Pull[] = [];
  isMeasured = true;
  isBusy = false;
  loaded: unknown = null;
  readonly asked: string[] = [];
  abouts = 0;
  readonly store = new Store(emptyState({ chat: null, panel: "models" }), (work) => work());
  readonly saved: Saved;
  readonly library: Library;

  constructor(saved = new Saved(null)) {
    const api = new Api(((path: string, init: RequestInit) => this.#answer(path, init)) as typeof fetch);
    this.saved = saved;
    this.library = new Library(new Server(this.store, api), (work) => work(), saved, async () => void this.abouts++);
  }

  async #answer(path: string, { method, body }: RequestInit): Promise<Response> {
    const place = path.replace("/app/api", "");
    this.asked.push(`${method} ${place}${body ? ` ${String(body)}` : ""}`);
    if (place === "/pulls" && method === "GET") return Response.json({ pulls: this.pulls, left: [] });
    if (place === "/catalogue") return Response.json({ cards: [{ files: [{ fit: this.isMeasured ? fit(9) : null }] }] });
    if (place === "/models") return Response.json({ models: [{ name: "m", loaded: this.loaded }], disk: null });
    if (place === "/fit") return this.#measure();
    if (place.endsWith("/unload")) this.loaded = null;
    return new Response(null, { status: 204 });
  }

  #measure(): Response {
    if (this.isBusy) return Response.json({ error: { code: "busy", sentence: "", hint: null } }, { status: 429 });
    this.isMeasured = true;
    return Response.json({ models: [] });
  }

  count = (asked: string): number => this.asked.filter((one) => one === asked).length;
}

let place: Place;

beforeEach(() => {
  vi.useFakeTimers();
  place = new Place();
  return () => vi.useRealTimers();
});

it("has this machine measured where it never was, and only then", async () => {
  await place.library.open();
  expect(place.count("GET /fit")).toBe(0);
  place.isMeasured = false;
  await place.library.open();
  expect(place.count("GET /fit")).toBe(1);
  expect(place.library.store.get().measuring).toBe("no");
  expect(place.library.store.get().cards?.[0]?.files[0]?.fit).not.toBeNull();
});

it("fetches the catalogue anew when told of a change while somebody looks at it, and else only the downloads", async () => {
  await place.library.refresh();
  expect(place.asked).toEqual(["GET /pulls"]);
  await place.library.open();
  await place.library.refresh();
  expect(place.count("GET /catalogue")).toBe(2);
  place.library.close();
  await place.library.refresh();
  expect(place.count("GET /catalogue")).toBe(2);
});

it("measures later where somebody is being answered, if anybody still looks", async () => {
  place.isMeasured = false;
  place.isBusy = true;
  await place.library.open();
  expect(place.library.store.get()).toMatchObject({ measuring: "later", problem: null });
  place.isBusy = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(place.library.store.get().measuring).toBe("no");
  expect(place.count("GET /fit")).toBe(2);
  place.isMeasured = false;
  place.isBusy = true;
  await place.library.open();
  place.library.close();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(place.count("GET /fit")).toBe(3);
});

it("looks at downloads as long as any is under way, and fetches the shelf once one is here", async () => {
  place.pulls = [pull("m")];
  await place.library.look();
  await vi.advanceTimersByTimeAsync(10_000);
  const looks = place.count("GET /pulls");
  expect(looks).toBeGreaterThan(5);
  expect(place.abouts).toBe(0);
  place.pulls = [pull("m", { ended: "done", received: 100 })];
  await vi.advanceTimersByTimeAsync(10_000);
  expect(place.count("GET /pulls")).toBe(looks + 1);
  expect(place.abouts).toBe(1);
  expect(place.library.store.get().downloads[0]?.state).toBe("done");
});

it("says yes to the words that were shown, and names the very file", async () => {
  const plan = { ref: "hf:org/m", words: "abc", sha256: "def" } as Parameters<Library["begin"]>[0];
  await place.library.begin(plan, true);
  expect(place.asked[0]).toBe('POST /pulls {"ref":"hf:org/m","accepted":"abc","sha256":"def"}');
  await place.library.begin({ ...plan, sha256: null }, false);
  expect(place.asked).toContain('POST /pulls {"ref":"hf:org/m"}');
});

it("stops a download before what has come of it is discarded", async () => {
  place.pulls = [pull("m")];
  await place.library.look();
  const [download] = place.library.store.get().downloads;
  if (download) await place.library.discard(download);
  const changes = place.asked.filter((one) => !one.startsWith("GET"));
  expect(changes).toEqual(["POST /pulls/id-m/stop", "DELETE /left/m"]);
});

it("shows no more what its reader has seen to have come", async () => {
  place.pulls = [pull("m", { ended: "done" })];
  await place.library.look();
  const [download] = place.library.store.get().downloads;
  if (download) place.library.dismiss(download);
  await place.library.look();
  expect(place.library.store.get().downloads).toEqual([]);
  const reloaded = new Place(place.saved);
  reloaded.pulls = [...place.pulls, pull("other")];
  await reloaded.library.look();
  expect(reloaded.library.store.get().downloads.map(({ name }) => name)).toEqual(["other"]);
});

it("has a model leave the memory before it is removed", async () => {
  place.loaded = { bytes: 1, window: 1, left: null };
  const removing = place.library.remove("m");
  await vi.advanceTimersByTimeAsync(5_000);
  await removing;
  const changes = place.asked.filter((one) => !one.startsWith("GET"));
  expect(changes).toEqual(["POST /models/m/unload", "DELETE /models/m"]);
});
