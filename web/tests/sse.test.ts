import { expect, it } from "vitest";

import { FrameParser } from "../shared/sse";

const STREAM = ": here\r\nid: 7\r\nevent: text\r\ndata: one\r\ndata:two\r\n\r\nretry: 5\n\nid: 8\rdata: {\"a\": 1}\r\r";
const FRAMES = [
  { id: "7", event: "text", data: "one\ntwo" },
  { id: "8", event: "", data: '{"a": 1}' },
];

it("reads all line ends, comments, and data of several lines", () => {
  // The last line end may yet turn out to be the first half of one.
  expect(new FrameParser().push(`${STREAM}\n`)).toEqual(FRAMES);
});

it("reads the same in any two pieces", () => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const parser = new FrameParser();
    expect([...parser.push(STREAM.slice(0, cut)), ...parser.push(`${STREAM.slice(cut)}\n`)]).toEqual(FRAMES);
  }
});
