import { expect, it } from "vitest";

import { MOST_BYTES } from "../shared/attachments";
import { decoded, kindOf, read } from "../shared/decoding";

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  new Uint8Array(parts.flatMap((part) => (typeof part === "string" ? [...new TextEncoder().encode(part)] : part)));
const latin = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
const file = (data: Uint8Array, name = "a.txt"): File => new File([data as BlobPart], name);

it.each([
  ["UTF-8", bytes("naïve 你好"), "naïve 你好", null],
  ["UTF-8 with a mark", bytes([0xef, 0xbb, 0xbf], "hello"), "hello", null],
  ["UTF-16, small end first", bytes([0xff, 0xfe, 0x60, 0x4f, 0x7d, 0x59, 0x0a, 0]), "你好\n", "UTF-16"],
  ["UTF-16, big end first", bytes([0xfe, 0xff, 0x4f, 0x60, 0x59, 0x7d]), "你好", "UTF-16"],
  ["GB18030", bytes([0xc4, 0xe3, 0xba, 0xc3, 0xa3, 0xac, 0xca, 0xc0, 0xbd, 0xe7], " ok"), "你好，世界 ok", "GB18030"],
  ["Shift_JIS", bytes([0x8d, 0xa1, 0x93, 0xfa, 0x82, 0xcd, 0x97, 0xc7, 0x82, 0xa2], " ok"), "今日は良い ok", "Shift_JIS"],
  ["EUC-JP", bytes([0xba, 0xa3, 0xc6, 0xfc, 0xa4, 0xcf, 0xce, 0xc9, 0xa4, 0xa4], " ok"), "今日は良い ok", "EUC-JP"],
  ["Windows-1252", latin("na\xefve caf\xe9, \x93quoted\x94 for 5 \x80"), "naïve café, “quoted” for 5 €", "Windows-1252"],
  ["accents side by side", latin("le bl\xe9 est dor\xe9e, cr\xe9\xe9e en f\xeate \xe0 No\xebl"), "le blé est dorée, créée en fête à Noël", "Windows-1252"],
])("reads %s", (_, data, text, encoding) => {
  expect(decoded(data)).toEqual({ text, encoding });
});

it.each([
  ["a NUL", bytes("text", [0], "text")],
  ["a NUL within UTF-16", bytes([0xff, 0xfe, 0x41, 0, 0, 0])],
  ["many control characters", bytes("abc", [1, 2, 3, 0xff, 0x90, 4])],
])("takes %s for no text", (_, data) => {
  expect(decoded(data)).toBeNull();
});

it.each([
  ["picture", "PNG", latin("\x89PNG\r\n\x1a\n\0\0")],
  ["picture", "JPEG", latin("\xff\xd8\xff\xe0")],
  ["picture", "WebP", latin("RIFF\x01\x01\x01\x01WEBPVP8")],
  ["picture", "HEIC", latin("\0\0\0\x18ftypheic")],
  ["document", "PDF", latin("%PDF-1.7\n")],
  ["document", "DOCX", latin("PK\x03\x04"), "letter.docx"],
  ["document", "XLS", latin("\xd0\xcf\x11\xe0\xa1\xb1"), "table.xls"],
  ["archive", "ZIP", latin("PK\x03\x04"), "many.zip"],
  ["archive", "gzip", latin("\x1f\x8b\x08")],
  ["archive", "tar", latin(`${"a".padEnd(257, "\0")}ustar`)],
])("knows a %s of kind %s by its first bytes, whatever it is called", (code, kind, head, name = "notes.txt") => {
  expect(kindOf(head, name)).toEqual([code, kind]);
});

it("takes a drawing that is text, and a page, for text", () => {
  expect(kindOf(bytes("<svg xmlns='x'>"), "a.svg")).toBeNull();
  expect(kindOf(bytes("<!doctype html>"), "a.html")).toBeNull();
  expect(kindOf(bytes("BM is a name"), "a.txt")).toBeNull();
});

it("reads a file, under a name that can be shown", async () => {
  const { attachment, remark } = await read(file(bytes("hello"), "up\u202e.txt"));
  expect(attachment).toMatchObject({ name: "up.txt", characters: 5, source: { text: "hello" } });
  expect(remark).toBeNull();
});

it("says in what it was written, where that is not UTF-8", async () => {
  const { attachment, remark } = await read(file(latin("caf\xe9"), "menu.txt"));
  expect(attachment?.source).toEqual({ text: "café" });
  expect(remark).toEqual({ code: "encoding", name: "menu.txt", kind: "Windows-1252" });
});

it.each([
  ["empty", bytes("")],
  ["empty", bytes([0xef, 0xbb, 0xbf], " \n")],
  ["binary", bytes("ab", [0])],
  ["large", new Uint8Array(MOST_BYTES + 1).fill(65)],
  ["picture", latin("GIF89a")],
])("refuses what is %s", async (code, data) => {
  const { attachment, remark } = await read(file(data));
  expect([attachment, remark?.code]).toEqual([null, code]);
});

it("says that a file is gone or forbidden, and throws nothing", async () => {
  const gone = { ...{ name: "a.txt", size: 3 }, slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException("", "NotFoundError")) }) };
  expect((await read(gone as unknown as File)).remark).toEqual({ code: "unreadable", name: "a.txt", kind: "" });
});
