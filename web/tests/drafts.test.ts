import { expect, it } from "vitest";

import { Drafts } from "../shared/drafts";
import { ChatSaved } from "../shared/chat-saved";
import { Saved } from "../shared/saved";

function shelf(most = Infinity) {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      if (value.length > most) throw new DOMException("full", "QuotaExceededError");
      kept.set(key, value);
    },
    removeItem: (key: string) => void kept.delete(key),
  };
}

it("keeps a draft for each chat over a reload, and one for the chat that has not begun", () => {
  const place = shelf();
  const drafts = new Drafts(new ChatSaved(new Saved(place)));
  drafts.set("a", "for a");
  drafts.set(null, "for a new one");
  const after = new Drafts(new ChatSaved(new Saved(place)));
  expect([after.get("a"), after.get("b"), after.get(null)]).toEqual(["for a", "", "for a new one"]);
});

it("leaves nothing of a forgotten draft", () => {
  const place = shelf();
  const drafts = new Drafts(new ChatSaved(new Saved(place)));
  drafts.set("a", "secret");
  drafts.forget("a");
  expect(place.kept.size).toBe(0);
});

it("keeps for this visit what the browser has no room for", () => {
  const drafts = new Drafts(new ChatSaved(new Saved(shelf(5))));
  drafts.set("a", "short");
  drafts.set("a", "much longer");
  expect(drafts.get("a")).toBe("much longer");
  drafts.set("a", "ok");
  expect(drafts.get("a")).toBe("ok");
  drafts.forget("a");
  expect(drafts.get("a")).toBe("");
});

it("works where the browser keeps nothing at all", () => {
  const drafts = new Drafts(new ChatSaved(new Saved(null)));
  drafts.set("a", "text");
  expect(drafts.get("a")).toBe("text");
});

it("hands on what was meant for a chat that is gone, also where another window has forgotten it", () => {
  const place = shelf();
  const drafts = new Drafts(new ChatSaved(new Saved(place)));
  drafts.set(null, "typed before");
  drafts.set("a", "for a");
  new Drafts(new ChatSaved(new Saved(place))).forget("a");
  drafts.handOn("a");
  expect([drafts.get("a"), drafts.get(null)]).toEqual(["", "typed before\n\nfor a"]);
});
