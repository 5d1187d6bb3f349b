import { beforeEach, expect, it } from "vitest";

import { type Import, importFile, MOST_FILE, type Request } from "../shared/importing";

const REPORT = { chats: 2, messages: 4, present: 0, skipped: {}, mended: {} };

/** A browser's request, whose server does what a test says. */
class Wire {
  upload = {} as XMLHttpRequest["upload"];
  status = 0;
  responseText = "";
  sent: unknown = null;
  headers: Record<string, string> = {};
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;
  open() {}
  setRequestHeader(name: string, value: string) {
    this.headers[name] = value;
  }
  send(file: unknown) {
    this.sent = file;
  }
  abort() {
    this.onabort?.();
  }
  progress(loaded: number, total: number) {
    this.upload.onprogress?.call(this as never, { loaded, total } as ProgressEvent<XMLHttpRequestUpload>);
  }
  arrived() {
    this.upload.onload?.call(this as never, {} as ProgressEvent<XMLHttpRequestUpload>);
  }
  answer(status: number, body: unknown) {
    this.status = status;
    this.responseText = typeof body === "string" ? body : JSON.stringify(body);
    this.onload?.();
  }
}

let wire: Wire;
let told: Import[];
let stops: number;

beforeEach(() => {
  wire = new Wire();
  told = [];
  stops = 0;
});

function take(name = "chats.json", size = 10) {
  const file = { name, size } as File;
  return importFile(file, {
    path: "/in",
    language: "zh-CN",
    stop: async () => void stops++,
    told: (now) => told.push(now),
    request: wire as unknown as Request,
  });
}

it("tells how far the file is, that it is read, and what came of it", () => {
  take();
  wire.progress(5, 10);
  wire.arrived();
  wire.answer(200, REPORT);
  expect(told).toEqual([
    { phase: "sending", share: 0 },
    { phase: "sending", share: 0.5 },
    { phase: "reading" },
    { phase: "done", report: REPORT },
  ]);
  expect(wire.headers).toEqual({ "Content-Type": "application/json", "Accept-Language": "zh-CN" });
});

it("sends a zip as one", () => {
  take("ChatGPT export.ZIP");
  expect(wire.headers["Content-Type"]).toBe("application/zip");
});

it("sends nothing of a file that the server would refuse", () => {
  take("a.json", 0);
  take("b.zip", MOST_FILE + 1);
  expect(wire.sent).toBeNull();
  expect(told.map((now) => now.phase === "failed" && now.problem.code)).toEqual(["import_empty", "import_large"]);
});

it("stops on the way by hanging up", () => {
  take().stop();
  expect(told.at(-1)).toEqual({ phase: "stopped" });
  expect(stops).toBe(0);
});

it("stops a reading by asking the server, and waits for its word", () => {
  const importing = take();
  wire.arrived();
  importing.stop();
  expect([stops, told.at(-1)]).toEqual([1, { phase: "stopping" }]);
  wire.answer(400, { error: { code: "bad_input", sentence: "The import was stopped.", hint: "x" } });
  expect(told.at(-1)).toEqual({ phase: "stopped" });
});

it("says that it is done where the stop came too late", () => {
  const importing = take();
  wire.arrived();
  importing.stop();
  wire.answer(200, REPORT);
  expect(told.at(-1)).toEqual({ phase: "done", report: REPORT });
});

it("tells what the server says of a bad file, and of an answer that is none", () => {
  take();
  wire.answer(400, { error: { code: "bad_archive", sentence: "It is damaged.", hint: "Give another." } });
  expect(told.at(-1)).toMatchObject({ phase: "failed", problem: { code: "bad_archive", sentence: "It is damaged." } });
  wire.answer(502, "<html>");
  expect(told.at(-1)).toMatchObject({ phase: "failed", problem: { code: "error", status: 502 } });
  wire.onerror?.();
  expect(told.at(-1)).toMatchObject({ phase: "failed", problem: { code: "unreachable" } });
});
