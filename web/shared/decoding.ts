/** From a file's bytes to its text, or to why it has none. Pure. */

import { attachmentOf, type Attachment, MOST_BYTES, plainName, type Remark } from "./attachments";

/** What of a file is looked at to see what it is. */
const HEAD = 4_096;

/** What of the text decides in what it is written. */
const LOOKED_AT = 200_000;

/** What a browser gives of a file. */
export type Given = Pick<File, "name" | "size" | "slice" | "arrayBuffer">;

export interface Read {
  attachment: Attachment | null;
  remark: Remark | null;
}

/** Read a file as text. Never throws: what cannot be read is remarked on. */
export async function read(file: Given): Promise<Read> {
  const name = plainName(file.name);
  const refused = (code: Remark["code"], kind = ""): Read => ({ attachment: null, remark: { code, name, kind } });
  try {
    if (file.size === 0) return refused("empty");
    const kind = kindOf(new Uint8Array(await file.slice(0, HEAD).arrayBuffer()), name);
    if (kind !== null) return refused(...kind);
    if (file.size > MOST_BYTES) return refused("large");
    const found = decoded(new Uint8Array(await file.arrayBuffer()));
    if (found === null) return refused("binary");
    if (found.text.trim() === "") return refused("empty");
    const remark: Remark | null = found.encoding === null ? null : { code: "encoding", name, kind: found.encoding };
    return { attachment: attachmentOf(name, found.text), remark };
  } catch {
    // Moved, deleted or forbidden since it was chosen; browsers do not say which.
    return refused("unreadable");
  }
}

/** Return the text; `encoding` is null for UTF-8. null: these bytes are no text. */
export function decoded(bytes: Uint8Array): { text: string; encoding: string | null } | null {
  const marked = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
  if (marked !== null) return withEncoding(new TextDecoder(marked).decode(bytes), "UTF-16");
  if (bytes.includes(0)) return null;
  try {
    return withEncoding(new TextDecoder("utf-8", { fatal: true }).decode(bytes), null);
  } catch {
    const [label, name] = encodingOf(bytes);
    return withEncoding(new TextDecoder(label).decode(bytes), name);
  }
}

/** Return in what bytes are written that are no UTF-8: as a decoder is asked for it, and as people call it. */
function encodingOf(bytes: Uint8Array): readonly [string, string] {
  if (isJapanese(bytes, SHIFT_JIS)) return ["shift_jis", "Shift_JIS"];
  if (isJapanese(bytes, EUC_JP)) return ["euc-jp", "EUC-JP"];
  return isChinese(bytes) ? ["gb18030", "GB18030"] : ["windows-1252", "Windows-1252"];
}

const SHIFT_JIS = /(?<kana>\x82[\x9f-\xf1]|\x83[\x40-\x96])|[\x81-\x9f\xe0-\xef][\x40-\x7e\x80-\xfc]|[\x80-\xff]/g;
const EUC_JP = /(?<kana>\xa4[\xa1-\xf3]|\xa5[\xa1-\xf6])|[\xa1-\xfe][\xa1-\xfe]|[\x80-\xff]/g;

/** Tell Japanese by its kana, of which every text has many, and by how few bytes stand alone. */
function isJapanese(bytes: Uint8Array, encoding: RegExp): boolean {
  let kana = 0;
  let pairs = 0;
  let alone = 0;
  for (const found of oneByOne(bytes.subarray(0, LOOKED_AT)).matchAll(encoding)) {
    if (found.groups?.["kana"] !== undefined) kana++;
    if (found[0].length === 2) pairs++;
    else alone++;
  }
  return kana >= 2 && kana * 5 >= pairs && pairs > alone * 2;
}

/** Return bytes as characters of the same numbers. */
function oneByOne(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += HEAD) text += String.fromCharCode(...bytes.subarray(at, at + HEAD));
  return text;
}

/** A text has hardly any control characters beside those that lay it out. */
function withEncoding(text: string, encoding: string | null): { text: string; encoding: string | null } | null {
  const looked = text.slice(0, LOOKED_AT);
  const controls = looked.match(/[\0-\x06\x0e-\x1a\x1c-\x1f\x7f]/g)?.length ?? 0;
  return text.includes("\0") || controls > looked.length / 100 ? null : { text, encoding };
}

/**
 * Tell Chinese from Western European bytes. In Chinese, bytes above 127 come in pairs that mean frequent
 * characters; in the others they mostly stand alone between letters.
 */
function isChinese(bytes: Uint8Array): boolean {
  let paired = 0;
  let alone = 0;
  const end = Math.min(bytes.length, LOOKED_AT);
  for (let at = 0; at < end; at++) {
    const first = bytes[at] ?? 0;
    if (first < 0x80) continue;
    const second = bytes[at + 1] ?? 0;
    // Marks, then the characters of GB2312, of which nearly all texts are made.
    const isPair = second >= 0xa1 && second !== 0xff && ((first >= 0xa1 && first <= 0xa3) || (first >= 0xb0 && first <= 0xf7));
    if (isPair) {
      paired += 2;
      at++;
    } else alone++;
  }
  return paired > alone * 4;
}

const PICTURES: readonly [string, string][] = [
  ["\x89PNG\r\n\x1a\n", "PNG"],
  ["\xff\xd8\xff", "JPEG"],
  ["GIF8", "GIF"],
  ["II*\0", "TIFF"],
  ["MM\0*", "TIFF"],
  ["\0\0\x01\0", "ICO"],
  ["8BPS", "Photoshop"],
];

const ARCHIVES: readonly [string, string][] = [
  ["\x1f\x8b", "gzip"],
  ["7z\xbc\xaf\x27\x1c", "7z"],
  ["Rar!\x1a\x07", "RAR"],
  ["\xfd7zXZ\0", "xz"],
  ["BZh", "bzip2"],
  ["\x28\xb5\x2f\xfd", "Zstandard"],
];

const BOXES: Record<string, string> = { avif: "AVIF", heic: "HEIC", heix: "HEIC", mif1: "HEIC" };
const DOCUMENT = /\.(docx?|xlsx?|pptx?|od[tsp]|epub|pages|numbers|key|rtf)$/i;

/** Return what a file is by its first bytes, where it is no text that a model could read. */
export function kindOf(head: Uint8Array, name: string): [Remark["code"], string] | null {
  const text = String.fromCharCode(...head);
  const ending = DOCUMENT.exec(name)?.[1]?.toUpperCase();
  const begins = ([magic]: readonly [string, string]): boolean => text.startsWith(magic);
  const picture = PICTURES.find(begins)?.[1] ?? (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP" ? "WebP" : undefined);
  if (picture !== undefined) return ["picture", picture];
  const box = text.slice(4, 8) === "ftyp" ? BOXES[text.slice(8, 12)] : undefined;
  if (box !== undefined) return ["picture", box];
  if (text.startsWith("BM") && head[5] === 0 && head[6] === 0) return ["picture", "BMP"];
  if (text.startsWith("%PDF-")) return ["document", "PDF"];
  if (text.startsWith("{\\rtf")) return ["document", "RTF"];
  if (text.startsWith("\xd0\xcf\x11\xe0")) return ["document", ending ?? "Office"];
  if (text.startsWith("PK\x03\x04") || text.startsWith("PK\x05\x06")) {
    return ending === undefined ? ["archive", "ZIP"] : ["document", ending];
  }
  const archive = ARCHIVES.find(begins)?.[1] ?? (text.slice(257, 262) === "ustar" ? "tar" : undefined);
  return archive === undefined ? null : ["archive", archive];
}
