/** From a file to its text: by the browser where it is plain text, else by the server's readers. Throws nothing. */

import { attachmentOf, MOST_BYTES } from "./attachments";
import { type Given, read, type Read } from "./decoding";
import { told } from "./problem";
import type { Server } from "./server";

/** Bytes that the server takes of a file; see server/app_api/documents.py. */
const MOST_SENT = 64 * 1024 ** 2;

/** Read a file as text. What cannot be read is remarked on, and what is to be known of what was. */
export async function readAnywhere(file: Given & Blob, server: Server): Promise<Read> {
  const found = await read(file);
  const { remark } = found;
  if (remark?.code !== "document") return found;
  const { name } = remark;
  const refused = (code: "empty" | "large"): Read => ({ attachment: null, remark: { code, name, kind: "" } });
  if (file.size > MOST_SENT) return refused("large");
  try {
    const { text, notes } = await server.do((api) => api.read(file, name));
    if (text.trim() === "") return refused("empty");
    const attachment = attachmentOf(name, text);
    if (attachment.bytes > MOST_BYTES) return refused("large");
    return { attachment, remark: { code: "read", name, kind: [remark.kind, ...notes].join(". ") } };
  } catch (cause) {
    const { code, sentence, hint } = told(cause);
    if (code !== "bad_document") return found; // it says what the file is
    return { attachment: null, remark: { code: "refused", name, kind: [sentence, hint].filter(Boolean).join(" ") } };
  }
}
