/** A file of chats on its way in: sent, read by the server, and what came of it. Knows no components. */

import type { ImportReport } from "./api";
import { Problem } from "./problem";

/** Bytes that the server takes; see server/uploads.py. */
export const MOST_FILE = 2 * 1024 ** 3;

export type Import =
  /** `share` of the file that the server has, from 0 to 1. */
  | { phase: "sending"; share: number }
  | { phase: "reading" }
  | { phase: "stopping" }
  | { phase: "done"; report: ImportReport }
  | { phase: "stopped" }
  | { phase: "failed"; problem: Problem };

export interface Importing {
  stop: () => void;
}

/** What of a browser's request is needed here: fetch tells nothing of how much has been sent. */
export type Request = Pick<
  XMLHttpRequest,
  "open" | "setRequestHeader" | "send" | "abort" | "upload" | "status" | "responseText" | "onload" | "onerror" | "onabort"
>;

interface Around {
  path: string;
  /** In which the server is to tell its problems. */
  language: string;
  /** Asks the server to stop what it is reading. */
  stop: () => Promise<unknown>;
  told: (now: Import) => void;
  request?: Request;
}

/** Send a file, and tell how it goes until it is done, stopped or failed. */
export function importFile(file: File, { path, language, stop, told, request = new XMLHttpRequest() }: Around): Importing {
  let isStopped = false;
  let isSent = false;
  const refused = problemOfSize(file.size);
  if (refused !== null) {
    told({ phase: "failed", problem: refused });
    return { stop: () => undefined };
  }
  request.open("POST", path);
  request.setRequestHeader("Content-Type", /\.json$/i.test(file.name) ? "application/json" : "application/zip");
  request.setRequestHeader("Accept-Language", language);
  request.upload.onprogress = ({ loaded, total }) => {
    if (!isStopped) told({ phase: "sending", share: total > 0 ? loaded / total : 0 });
  };
  request.upload.onload = () => {
    isSent = true;
    if (!isStopped) told({ phase: "reading" });
  };
  request.onload = () => told(outcome(request, isStopped));
  request.onerror = () => told({ phase: "failed", problem: new Problem("unreachable", "", null) });
  request.onabort = () => told({ phase: "stopped" });
  told({ phase: "sending", share: 0 });
  request.send(file);
  return {
    stop: () => {
      isStopped = true;
      if (!isSent) return request.abort();
      told({ phase: "stopping" });
      void stop();
    },
  };
}

function problemOfSize(size: number): Problem | null {
  if (size === 0) return new Problem("import_empty", "", null);
  return size > MOST_FILE ? new Problem("import_large", "", null) : null;
}

function outcome(request: Request, isStopped: boolean): Import {
  try {
    const said = JSON.parse(request.responseText) as ImportReport & { error?: { code: string; sentence: string; hint: string } };
    if (request.status === 200) return { phase: "done", report: said };
    if (isStopped) return { phase: "stopped" };
    const { code, sentence, hint } = said.error ?? { code: "error", sentence: "", hint: null };
    return { phase: "failed", problem: new Problem(code, sentence, hint, request.status) };
  } catch {
    return { phase: "failed", problem: new Problem("error", "", null, request.status) };
  }
}
