import { beforeEach, expect, it } from "vitest";

import { type Attachment, attachmentOf } from "../shared/attachments";
import { chatOf, House } from "./house";
import { done, World } from "./world";

let house: House;

beforeEach(() => {
  house = new House();
});

it("keeps nothing that is typed in a temporary chat", () => {
  house.drafts.set(null, "typed before");
  house.temporary.toggle();
  expect(house.drafts.get(null)).toBe("typed before");
  house.drafts.set(null, "secret");
  expect(house.place.kept.size).toBe(0);
  house.temporary.toggle();
  expect(house.drafts.get(null)).toBe("secret");
  expect([...house.place.kept.values()]).toEqual(["secret"]);
});

it("ends when another chat is opened, and not when it is itself", () => {
  house.all = [chatOf("t", { temporary: true })];
  house.store.set({ route: { chat: "t", panel: null }, isTemporary: true });
  house.drafts.set("t", "half a thought");
  house.temporary.leaveFor("t");
  expect(house.asked).toEqual([]);
  house.temporary.leaveFor(null);
  expect(house.asked).toEqual(["DELETE /chats/t"]);
  expect(house.drafts.get("t")).toBe("");
});

it("does not end a chat that is stored", () => {
  house.store.set({ route: { chat: "a", panel: null } });
  house.temporary.leaveFor(null);
  expect(house.asked).toEqual([]);
});

it("is kept with what is typed, once the server has it", async () => {
  const chat = chatOf("t", { temporary: true });
  house.all = [chat];
  house.store.set({ route: { chat: "t", panel: null }, chat, isTemporary: true });
  house.drafts.set("t", "next");
  house.refusal = { status: 507, code: "disk_full" };
  await expect(house.temporary.keep()).rejects.toThrow("No.");
  expect(house.store.get().isTemporary).toBe(true);
  house.refusal = null;
  await house.temporary.keep();
  expect(house.store.get().isTemporary).toBe(false);
  expect(house.store.get().chat?.temporary).toBe(false);
  expect(new Map(house.place.kept)).toEqual(new Map([["sotto.draft.t", "next"]]));
});

it("says with its first question alone that it is temporary", async () => {
  const world = new World();
  world.store.set({ isTemporary: true });
  world.tells = [done("yes")];
  await world.conversation.ask("one");
  world.store.set({ isTemporary: true });
  await world.conversation.ask("two");
  expect(world.asked.map((body) => body.temporary)).toEqual([true, undefined]);
});

it("keeps nothing that is attached, compared or set up in a temporary chat", () => {
  const list: Attachment[] = [attachmentOf("a.txt", "secret", false)];
  const remember = () => {
    house.drafts.attach(null, list);
    house.comparing.setRival(null, { model: "other", temperature: null });
    house.setups.change(null, { system: "secret" });
  };
  remember();
  house.temporary.toggle();
  expect(house.place.kept.size).toBe(0);
  remember();
  expect(house.place.kept.size).toBe(0);
  expect(house.drafts.isFleeting(null)).toBe(false);
  house.temporary.toggle();
  expect([...house.place.kept.keys()].sort()).toEqual(["sotto.attached.new", "sotto.rival.new", "sotto.setup.new"]);
  house.temporary.toggle();
  house.temporary.leaveFor("a");
  house.store.set({ isTemporary: false });
  expect(house.place.kept.size).toBe(0);
  expect([house.drafts.attached(null), house.comparing.rival(null), house.store.get().edits]).toEqual([[], null, {}]);
});

it("forgets all at once that is remembered of chats", () => {
  house.drafts.set("a", "one");
  house.drafts.set(null, "two");
  house.comparing.show("a", "q");
  house.saved.set("theme", "dark");
  house.chatSaved.forgetAll();
  expect([...house.place.kept.keys()]).toEqual(["sotto.theme"]);
});
