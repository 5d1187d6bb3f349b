import { describe, expect, it } from "vitest";

import { follow, type RunEvent } from "../shared/events";
import { advanced, begun } from "../shared/live";
import { Problem } from "../shared/problem";
import { noWait, RunServer } from "./stream";

const TEXTS = ["静", "かに", " low\n", "voice", " 🌙", " \\frac"];
const EVENTS = [
  { name: "asked", said: { chat: "c", question: "q", answer: "a" } },
  { name: "reading", said: { read: 1, total: 2 } },
  ...TEXTS.map((text) => ({ name: "text", said: { text } })),
  { name: "stopped", said: {} },
];

async function heard(server: RunServer, signal = new AbortController().signal): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of follow("/events", { signal, fetch: server.fetch, wait: noWait })) events.push(event);
  return events;
}

const textOf = (events: readonly RunEvent[]): string => events.reduce(advanced, begun("a")).text;

describe("a run's events", () => {
  it("lose and double nothing, wherever the connection is cut", async () => {
    const length = new RunServer(EVENTS).bytes().length;
    for (let cut = 0; cut < length; cut++) {
      const server = new RunServer(EVENTS);
      server.cuts = [cut, length];
      const events = await heard(server);
      expect(events.map((event) => event.id), `cut at byte ${cut}`).toEqual(EVENTS.map((_, at) => at + 1));
      expect(textOf(events)).toBe(TEXTS.join(""));
    }
  });

  it("come through where every connection brings only one more", async () => {
    const server = new RunServer(EVENTS);
    const longest = Math.max(...EVENTS.map((_, at) => server.bytes(at).length - server.bytes(at + 1).length));
    server.cuts = [longest + "retry: 1000\n\n".length];
    expect(textOf(await heard(server))).toBe(TEXTS.join(""));
    expect(server.asked.length).toBeGreaterThan(3);
  });

  it("are not taken twice from a server that sends again what came", async () => {
    const server = new RunServer(EVENTS);
    const all = server.fetch;
    let times = 0;
    const forgetful = (() => {
      times += 1;
      if (times > 1) return all("/events?after=0");
      server.cuts = [server.bytes().length - 40];
      const first = all("/events?after=0");
      server.cuts = [];
      return first;
    }) as typeof fetch;
    const events: RunEvent[] = [];
    const { signal } = new AbortController();
    for await (const event of follow("/events", { signal, fetch: forgetful, wait: noWait })) events.push(event);
    expect(times).toBe(2);
    expect(textOf(events)).toBe(TEXTS.join(""));
  });

  it("end where the server knows of no more", async () => {
    const gone = (() => Promise.resolve(new Response(null, { status: 204 }))) as typeof fetch;
    const { signal } = new AbortController();
    for await (const event of follow("/events", { signal, fetch: gone, wait: noWait })) expect(event).toBeNull();
  });

  it("are asked for again while the server is going down, and not after a refusal", async () => {
    const said = (status: number) =>
      Promise.resolve(Response.json({ error: { code: "x", sentence: "No.", hint: null } }, { status }));
    const answers = [said(503), said(401)];
    const refuses = (() => answers.shift()) as typeof fetch;
    const { signal } = new AbortController();
    const following = follow("/events", { signal, fetch: refuses, wait: noWait }).next();
    await expect(following).rejects.toBeInstanceOf(Problem);
    expect(answers).toEqual([]);
  });

  it("stop at once when nobody reads on", async () => {
    const server = new RunServer(EVENTS);
    const reading = new AbortController();
    const events: RunEvent[] = [];
    for await (const event of follow("/events", { signal: reading.signal, fetch: server.fetch, wait: noWait })) {
      events.push(event);
      if (events.length === 3) reading.abort();
    }
    expect(events.length).toBe(3);
    expect(server.asked).toEqual([0]);
  });
});

describe("an answer", () => {
  it("is what the disk has, where the run is forgotten", () => {
    const events: RunEvent[] = [
      { id: 4, name: "text", said: { text: "half" } },
      { id: 5, name: "whole", said: { text: "the whole", reasoning: "", thought: null } },
    ];
    expect(textOf(events)).toBe("the whole");
  });

  it("is kept when it fails, and marked by whether anything was written", () => {
    const failed: RunEvent = { id: 9, name: "failed", said: { error: { code: "engine_failed", sentence: "It died.", hint: null } } };
    expect(advanced({ ...begun("a"), text: "some" }, failed)).toMatchObject({ text: "some", outcome: { state: "interrupted" } });
    expect(advanced(begun("a"), failed).outcome).toMatchObject({ state: "failed", problem: { code: "engine_failed" } });
  });
});
