import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { type Change, Watch } from "../shared/changes";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const frame = (id: string, event: string, said: object = {}) => `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(said)}\n\n`;

/** A server whose connections are spoken through by hand. */
class Feed {
  readonly asked: string[] = [];
  readonly changes: Change[][] = [];
  readonly failures: unknown[] = [];
  answers: (() => Response | Promise<Response>)[] = [];
  #controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  readonly watch = new Watch({
    path: "/changes",
    fetch: ((path: string, { signal }: RequestInit) => this.#answer(path, signal ?? null)) as typeof fetch,
    changed: (changes) => this.changes.push([...changes]),
    failed: (cause) => this.failures.push(cause),
  });

  async say(text: string): Promise<void> {
    this.#controllers.at(-1)?.enqueue(new TextEncoder().encode(text));
    await vi.advanceTimersByTimeAsync(60);
  }

  async cut(): Promise<void> {
    this.#controllers.at(-1)?.error(new Error("cut"));
    await vi.advanceTimersByTimeAsync(300);
  }

  async #answer(path: string, signal: AbortSignal | null): Promise<Response> {
    this.asked.push(new URL(path, "http://localhost").searchParams.get("after") ?? "");
    const other = this.answers.shift();
    if (other !== undefined) return other();
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controllers.push(controller);
        signal?.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
    });
    return new Response(body);
  }
}

it("tells what changed, each thing once, and nothing of where it begins", async () => {
  const feed = new Feed();
  feed.watch.open();
  await feed.say(frame("r-1", "here"));
  expect(feed.watch.isTold).toBe(true);
  await feed.say(frame("r-2", "chat", { id: "a" }) + frame("r-3", "chat", { id: "a" }) + frame("r-4", "models"));
  expect(feed.changes).toEqual([[{ kind: "chat", id: "a" }, { kind: "models", id: "" }]]);
  await feed.say(frame("r-5", "of a later server") + frame("r-6", "settings"));
  expect(feed.changes[1]).toEqual([{ kind: "settings", id: "" }]);
});

it("goes on after the last change where the connection was cut, or was closed while nobody looked", async () => {
  const feed = new Feed();
  feed.watch.open();
  await feed.say(frame("r-7", "here"));
  await feed.cut();
  expect(feed.asked).toEqual(["", "r-7"]);
  await feed.say(frame("r-7", "here") + frame("r-8", "chats"));
  feed.watch.close();
  expect(feed.watch.isTold).toBe(false);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(feed.asked.length).toBe(2);
  expect(feed.failures).toEqual([]);
  feed.watch.open();
  feed.watch.open();
  await vi.advanceTimersByTimeAsync(0);
  expect(feed.asked).toEqual(["", "r-7", "r-8"]);
});

it("says that it is not told while the server refuses, asks less and less often, and recovers", async () => {
  const feed = new Feed();
  const busy = () => Response.json({ error: { code: "busy", sentence: "", hint: null } }, { status: 429 });
  feed.answers = Array.from({ length: 20 }, () => busy);
  feed.watch.open();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(feed.watch.isTold).toBe(false);
  expect(feed.failures[0]).toMatchObject({ code: "busy" });
  expect(feed.asked.length).toBeLessThan(12);
  feed.answers = [];
  await vi.advanceTimersByTimeAsync(30_000);
  await feed.say(frame("r-1", "here"));
  expect(feed.watch.isTold).toBe(true);
});

it("says so where nobody answers, and does not wait for ever for one that has gone silent", async () => {
  const feed = new Feed();
  feed.answers = [() => Promise.reject(new TypeError("no network"))];
  feed.watch.open();
  await vi.advanceTimersByTimeAsync(300);
  expect(feed.failures[0]).toMatchObject({ name: "Unreachable" });
  await feed.say(frame("r-1", "here"));
  await vi.advanceTimersByTimeAsync(41_000);
  expect(feed.asked).toEqual(["", "", "r-1"]);
});
