/** From a file to its text: by the browser where it is plain text, else by the server's readers. */

import { attachmentOf, MOST_BYTES, type Remark } from "./attachments";
import { type Given, read, type Read } from "./decoding";
import { told } from "./problem";
import type { Server } from "./server";

/** Bytes that the server takes of a file; see server/app_api/documents.py. */
const MOST_SENT = 64 * 1024 ** 2;

/** Read a file as text. What cannot be read is remarked on, and what is to be known of what was. Throws nothing. */
export async function readAnywhere(file: Given & Blob, server: Server): Promise<Read> {
  const found = await read(file);
  const { remark } = found;
  if (remark?.code !== "document") return found;
  const { name, kind } = remark;
  if (file.size > MOST_SENT) return refused("large", name);
  try {
    return await byServer(file, remark, server);
  } catch (cause) {
    const { code, sentence, hint, field } = told(cause);
    if (code !== "bad_document") return found; // it says what the file is
    if (field === "password") return { attachment: null, remark: { code: "locked", name, kind, file } };
    return { attachment: null, remark: { code: "refused", name, kind: [sentence, hint].filter(Boolean).join(" ") } };
  }
}

/** Read what a remark says is locked, by its password. Throws what is wrong. */
export async function readLocked(remark: Remark, password: string, server: Server): Promise<Read> {
  return byServer(remark.file ?? new Blob(), remark, server, password);
}

async function byServer(file: Blob, { name, kind }: Remark, server: Server, password?: string): Promise<Read> {
  const { text, notes } = await server.do((api) => api.read(file, name, password));
  if (text.trim() === "") return refused("empty", name);
  const attachment = attachmentOf(name, text);
  if (attachment.bytes > MOST_BYTES) return refused("large", name);
  return { attachment, remark: { code: "read", name, kind: [kind, ...notes].join(". ") } };
}

const refused = (code: "empty" | "large", name: string): Read => ({ attachment: null, remark: { code, name, kind: "" } });
