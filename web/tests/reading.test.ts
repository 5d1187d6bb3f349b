import { beforeEach, expect, it } from "vitest";

import { Api } from "../shared/api";
import { readAnywhere, readLocked } from "../shared/reading";
import { Server } from "../shared/server";
import { emptyState } from "../shared/state";
import { Store } from "../shared/store";

let asked: string[];
let beside: string[];
let answer: () => Response;
let server: Server;

beforeEach(() => {
  asked = [];
  beside = [];
  answer = () => Response.json({ name: "letter.pdf", text: "Dear all,", pages: 2, notes: [] });
  const fetched = (async (path: string, { headers }: RequestInit) => {
    asked.push(path);
    beside.push((headers as Record<string, string>)["Document-Password"] ?? "");
    return answer();
  }) as typeof fetch;
  const store = new Store(emptyState({ chat: null, panel: null }), (work) => work());
  server = new Server(store, new Api(fetched));
});

const pdf = new File(["%PDF-1.7"], "letter.pdf");

it("asks the server for the text of what a browser cannot read, and says so", async () => {
  answer = () => Response.json({ name: "letter.pdf", text: "Dear all,", pages: 2, notes: ["Page 2 has no text"] });
  const { attachment, remark } = await readAnywhere(pdf, server);
  expect(attachment).toMatchObject({ name: "letter.pdf", source: { text: "Dear all," } });
  expect(remark).toEqual({ code: "read", name: "letter.pdf", kind: "PDF. Page 2 has no text" });
  expect(asked).toEqual(["/app/api/read?name=letter.pdf"]);
});

it.each([
  ["plain text", new File(["hello"], "a.txt"), undefined],
  ["a picture", new File(["GIF89a"], "a.gif"), "picture"],
  ["an archive", new File(["PK\x03\x04"], "all.zip"), "archive"],
])("asks nobody about %s", async (_, file, code) => {
  expect((await readAnywhere(file, server)).remark?.code).toBe(code);
  expect(asked).toEqual([]);
});

it("says why the server does not read one", async () => {
  answer = () => Response.json({ error: { code: "bad_document", sentence: "It is locked.", hint: "Open it." } }, { status: 400 });
  expect(await readAnywhere(pdf, server)).toEqual({
    attachment: null,
    remark: { code: "refused", name: "letter.pdf", kind: "It is locked. Open it." },
  });
  answer = () => Response.json({ error: { code: "engine_failed", sentence: "No.", hint: null } }, { status: 503 });
  expect((await readAnywhere(pdf, server)).remark).toEqual({ code: "document", name: "letter.pdf", kind: "PDF" });
  answer = () => Response.json({ name: "letter.pdf", text: " ", pages: 2, notes: [] });
  expect((await readAnywhere(pdf, server)).remark?.code).toBe("empty");
});

const refused = (sentence: string) => () =>
  Response.json({ error: { code: "bad_document", sentence, hint: null, field: "password" } }, { status: 400 });

it("asks for the password of what is locked, and gives it beside the file, never in the address", async () => {
  answer = refused("It is locked.");
  const { remark } = await readAnywhere(pdf, server);
  expect(remark).toEqual({ code: "locked", name: "letter.pdf", kind: "PDF", file: pdf });
  answer = refused("That is not its password.");
  await expect(readLocked(remark!, "barley", server)).rejects.toMatchObject({ field: "password" });
  answer = () => Response.json({ name: "letter.pdf", text: "Dear all,", pages: 2, notes: [] });
  const opened = await readLocked(remark!, "sésame 7", server);
  expect(opened.attachment).toMatchObject({ name: "letter.pdf", source: { text: "Dear all," } });
  expect(opened.remark).toEqual({ code: "read", name: "letter.pdf", kind: "PDF" });
  expect(beside).toEqual(["", "barley", "s%C3%A9same%207"]);
  expect(asked.join()).not.toMatch(/barley|same/);
});
