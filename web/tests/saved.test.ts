import { expect, it } from "vitest";

import { Saved, type Shelf } from "../shared/saved";

const refuses = (): never => {
  throw new DOMException("no", "SecurityError");
};
const none: Shelf = { getItem: refuses, setItem: refuses, removeItem: refuses };

function heard(saved: Saved): () => number {
  let times = 0;
  saved.onLost(() => (times += 1));
  return () => times;
}

it("says at once where the browser keeps nothing", () => {
  expect(heard(new Saved(null))()).toBe(1);
  expect(heard(new Saved(none))()).toBe(1);
});

it("says once when there is no more room, and goes on for this visit", () => {
  const kept = new Map<string, string>();
  const saved = new Saved({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void (value.length < 10 ? kept.set(key, value) : refuses()),
    removeItem: (key) => void kept.delete(key),
  });
  const times = heard(saved);
  saved.set("a", "short");
  expect(times()).toBe(0);
  saved.set("a", "much too long");
  saved.set("a", "much too long again");
  expect(times()).toBe(1);
  expect(saved.get("a")).toBe("much too long again");
});
