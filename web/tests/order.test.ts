import { beforeEach, expect, it } from "vitest";

import { Folders } from "../shared/folders";
import { chatOf, House } from "./house";

let house: House;
const ids = (chats: readonly { id: string }[] | undefined) => chats?.map((chat) => chat.id);

beforeEach(async () => {
  house = new House();
  house.all = [chatOf("a"), chatOf("b", { folder: "Work" }), chatOf("c", { folder: "Work" }), chatOf("d")];
  await house.list();
});

it("lists what is in no folder, and of a folder only what is looked into", async () => {
  expect(ids(house.store.get().chats)).toEqual(["a", "d"]);
  expect(house.store.get().folders).toEqual([{ name: "Work", chats: 2, archived: 0 }]);
  expect(house.store.get().filed).toEqual({});
  await house.folders.toggle("Work");
  expect(ids(house.store.get().filed.Work?.chats)).toEqual(["b", "c"]);
});

it("remembers which folders are open, and forgets them once they are closed", async () => {
  await house.folders.toggle("Work");
  const after = new Folders(house.store, house.server, house.saved);
  await after.list();
  expect(ids(house.store.get().filed.Work?.chats)).toEqual(["b", "c"]);
  await after.toggle("Work");
  expect(house.place.kept.size).toBe(0);
});

it("takes what a broken browser remembers for nothing", () => {
  for (const text of ["{", "3", "[1, null]"]) {
    house.saved.set("folders", text);
    new Folders(house.store, house.server, house.saved);
    expect(house.store.get().filed).toEqual({});
  }
});

it("shows a chat in its new place once the server has it there, and only then", async () => {
  await house.folders.toggle("Work");
  expect(await house.order.put("a", { folder: "Work" })).toBe(true);
  expect(ids(house.store.get().chats)).toEqual(["d"]);
  expect(ids(house.store.get().filed.Work?.chats)).toEqual(["a", "b", "c"]);
  house.refusal = { status: 507, code: "disk_full" };
  expect(await house.order.put("d", { pinned: true })).toBe(false);
  expect(house.store.get().chats.map((chat) => chat.pinned)).toEqual([false]);
  expect(house.store.get().orderProblem?.code).toBe("disk_full");
});

it("leaves an archived chat out, and a folder that holds nothing else", async () => {
  await house.order.put("a", { archived: true });
  await house.order.put("b", { archived: true });
  await house.order.put("c", { archived: true });
  expect(ids(house.store.get().chats)).toEqual(["d"]);
  expect(house.store.get().folders).toEqual([]);
});

it("keeps a renamed folder open, and a dissolved one's chats", async () => {
  await house.folders.toggle("Work");
  await house.order.renameFolder("Work", "  My  work ");
  expect(ids(house.store.get().filed["My work"]?.chats)).toEqual(["b", "c"]);
  await house.order.renameFolder("My work", "");
  expect(house.store.get().filed).toEqual({});
  expect(ids(house.store.get().chats)).toEqual(["a", "b", "c", "d"]);
});

it("gets a large folder page by page", async () => {
  house.all = Array.from({ length: 120 }, (_, at) => chatOf(`w${at}`, { folder: "Work" }));
  await house.list();
  await house.folders.toggle("Work");
  expect(house.store.get().filed.Work?.chats).toHaveLength(50);
  await house.folders.listMore("Work");
  await house.folders.listMore("Work");
  await house.folders.listMore("Work");
  expect(house.store.get().filed.Work?.chats).toHaveLength(120);
});

it("finds news of a chat wherever it lies", async () => {
  const filed = chatOf("b", { folder: "Work" });
  expect((await house.order.listed(filed))?.id).toBe("b");
  await house.order.put("d", { archived: true });
  expect((await house.order.listed(chatOf("d", { archived: true })))?.id).toBe("d");
  expect((await house.order.listed(chatOf("a")))?.id).toBe("a");
  expect(await house.order.listed(chatOf("t", { temporary: true }))).toBeUndefined();
});
