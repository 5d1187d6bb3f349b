import { expect, it } from "vitest";

import { Store } from "../shared/store";

it("tells once of all that changes within a frame", () => {
  const frames: (() => void)[] = [];
  const store = new Store({ count: 0, other: "kept" }, (work) => frames.push(work));
  let told = 0;
  const leave = store.subscribe(() => (told += 1));
  for (let count = 1; count <= 100; count++) store.set({ count });
  expect(store.get()).toEqual({ count: 100, other: "kept" });
  expect([frames.length, told]).toEqual([1, 0]);
  frames.shift()?.();
  expect(told).toBe(1);
  store.set({ count: 0 });
  leave();
  frames.shift()?.();
  expect(told).toBe(1);
});
