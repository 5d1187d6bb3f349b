import { expect, it, vi } from "vitest";

import {
  type Attachment, attachedTo, attachmentOf, isTooMuch, joined, measured, MOST, MOST_NAME, pastedName, plainName, sent, tokensOf,
} from "../shared/attachments";
import type { Message } from "../shared/api";
import { Drafts } from "../shared/drafts";
import { Saved } from "../shared/saved";
import { CHAT, done, World } from "./world";

const NOTES = attachmentOf("notes.txt", "one two");
const LARGE: Attachment = { ...NOTES, name: "large.txt", bytes: 9_000_000 };

it.each([
  ["notes.txt", "notes.txt"],
  ["../../etc/passwd", "passwd"],
  ["C:\\Users\\me\\plan.md", "plan.md"],
  ["folder/", "folder"],
  ["..", "text"],
  ["", "text"],
  ["\u202e\u200b", "text"],
  ["<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"],
  ["evil\u202etxt.exe", "eviltxt.exe"],
  ["two\nlines\r\n and\ttabs.txt", "two lines and tabs.txt"],
  ["bell\x07 and \x1b[31mred.txt", "bell and [31mred.txt"],
  ["家庭照片 👨‍👩‍👧.txt", "家庭照片 👨‍👩‍👧.txt"],
  ["half \ud83d pair.txt", "half pair.txt"],
  [".bashrc", ".bashrc"],
])("keeps of the name %j what can be shown anywhere", (given, kept) => {
  expect(plainName(given)).toBe(kept);
});

it("cuts a long name before its ending", () => {
  const name = plainName(`${"a".repeat(300)}.tar.gz`);
  expect(name.length).toBe(MOST_NAME);
  expect(name.endsWith("a….gz")).toBe(true);
  expect([...plainName("🙂".repeat(300))].length).toBe(MOST_NAME);
  expect(plainName(`b.${"c".repeat(300)}`).length).toBe(MOST_NAME);
});

it.each(["", "plain", 'a "quote" \\ and\nlines\r\t\b\f\v\x01\x7f', "é ß ж", "你好，世界", "🙂👨‍👩‍👧"])(
  "measures %j as the server does",
  (text) => {
    const { bytes, characters } = measured(text);
    expect(bytes).toBe(new TextEncoder().encode(JSON.stringify(text)).length - 2);
    expect(characters).toBe([...text].length);
  },
);

it("replaces halves of characters, which nothing could send", () => {
  expect(attachmentOf("a", "x\ud83dy\ude00").source).toEqual({ text: "x\ufffdy\ufffd" });
  expect(attachmentOf("a", "🙂").source).toEqual({ text: "🙂" });
});

it("takes as many as may be sent, and remarks on each of the others", () => {
  const many = joined([NOTES], Array.from({ length: MOST + 1 }, () => NOTES));
  expect(many.list.length).toBe(MOST);
  expect(many.remarks).toEqual([1, 2].map(() => ({ code: "many", name: "notes.txt", kind: "" })));
  const large = joined([LARGE], [LARGE, NOTES]);
  expect(large.list.map(({ name }) => name)).toEqual(["large.txt", "notes.txt"]);
  expect(large.remarks).toEqual([{ code: "together", name: "large.txt", kind: "" }]);
});

it("guesses whether it fits where the window is known", () => {
  const tokens = tokensOf("x".repeat(400), [attachmentOf("a", "word ".repeat(800)), attachmentOf("b", "字".repeat(500))]);
  expect(tokens).toBe(100 + 1000 + 500);
  expect([isTooMuch(tokens, 2048), isTooMuch(tokens, 4096), isTooMuch(tokens, null)]).toEqual([true, false, false]);
});

it("names each pasted text differently", () => {
  expect(pastedName("Pasted text", [])).toBe("Pasted text");
  expect(pastedName("Pasted text", [attachmentOf("Pasted text", "a"), attachmentOf("Pasted text 2", "b")])).toBe("Pasted text 3");
});

it("sends texts, and of what the server has only where it is", () => {
  const kept = attachedTo({ id: "q1", attachments: [{ number: 2, name: "old.md", characters: 8 }] });
  expect(kept).toMatchObject([{ name: "old.md", characters: 8, tokens: 2 }]);
  expect(sent([NOTES, ...kept])).toEqual([{ name: "notes.txt", text: "one two" }, { message: "q1", number: 2 }]);
});

// ---- with the draft ----

function drafts(most = Infinity) {
  const kept = new Map<string, string>();
  const shelf = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > most) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
  };
  return { kept, open: () => new Drafts(new Saved(shelf)) };
}

it("keeps what is attached over a reload, and leaves nothing of what is forgotten", () => {
  const { kept, open } = drafts();
  open().attach("a", [NOTES]);
  const after = open();
  expect(after.attached("a")).toEqual([NOTES]);
  expect(after.attached("a")).toBe(after.attached("a"));
  expect([after.attached(null), after.isFleeting("a")]).toEqual([[], false]);
  after.forget("a");
  expect([after.attached("a"), kept.size]).toEqual([[], 0]);
});

it("says what it keeps only for this visit", () => {
  const { open } = drafts(20);
  const now = open();
  now.attach("a", [NOTES]);
  expect([now.attached("a"), now.isFleeting("a")]).toEqual([[NOTES], true]);
  now.attach("a", []);
  expect(now.isFleeting("a")).toBe(false);
});

it("takes a damaged draft for none", () => {
  const { kept, open } = drafts();
  kept.set("sotto.attached.a", "[{");
  expect(open().attached("a")).toEqual([]);
});

// ---- with a question ----

it("asks with what is attached, and shows it before the server has answered", async () => {
  const world = new World();
  world.isSlow = true;
  world.tells = [done("hello")];
  const asking = world.conversation.ask("", [NOTES]);
  await vi.waitFor(() => expect(world.release).not.toBeNull());
  expect(world.asked).toEqual([{ text: "", attachments: [{ name: "notes.txt", text: "one two" }] }]);
  expect(world.store.get().branch[0]?.attachments).toEqual([{ number: 1, name: "notes.txt", characters: 7 }]);
  expect(world.drafts.attached(null)).toEqual([NOTES]);
  world.release?.();
  await asking;
  expect(world.drafts.attached(null)).toEqual([]);
});

it("loses nothing that was attached to a question that was not taken", async () => {
  const world = new World();
  world.tells = [done("hello")];
  await world.conversation.ask("hi");
  world.refusal = () => Response.json({ error: { code: "disk_full", sentence: "", hint: null } }, { status: 507 });
  await world.conversation.ask("more", [NOTES]);
  expect(world.drafts.attached(CHAT)).toEqual([NOTES]);
  const kept = attachedTo({ id: "q1", attachments: [{ number: 1, name: "old.md", characters: 8 }] });
  await world.conversation.edit(world.store.get().branch[0] as Message, "edited", kept);
  expect(world.drafts.attached(CHAT)).toEqual([...kept, NOTES]);
});
