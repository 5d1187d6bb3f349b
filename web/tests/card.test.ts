import { expect, it } from "vitest";

import { besideCard, cardOf, stretchesOf } from "../shared/card";
import { advanced, begun } from "../shared/live";

const leads = (card: string) => stretchesOf(card).filter(({ to }) => to !== null).map(({ text, to }) => [text, to]);

it("leads from each number to a call, and from no hour or full stop", () => {
  expect(leads("call 110 / 120 now. At any hour: 0800 111 0 111 (Somebody, 24 hours).")).toEqual([
    ["110", "tel:110"], ["120", "tel:120"], ["0800 111 0 111", "tel:08001110111"],
  ]);
  expect(leads("请立即拨打 999。想找人说说话：18111（热线，24小时）。")).toEqual([["999", "tel:999"], ["18111", "tel:18111"]]);
});

it("leads from a site to it, and loses nothing of the card", () => {
  const card = "for example on findahelpline.com. It helps.";
  expect(leads(card)).toEqual([["findahelpline.com", "https://findahelpline.com"]]);
  expect(stretchesOf(card).map(({ text }) => text).join("")).toBe(card);
});

it("is told as a notice while an answer comes, and is kept with it", () => {
  const live = advanced(begun("a"), { id: 1, name: "notice", said: { code: "crisis", text: "Call 112." } });
  expect(cardOf(live, { card: "" })).toBe("Call 112.");
  expect(cardOf(begun("a"), { card: "Call 112." })).toBe("Call 112.");
  expect(cardOf(null, { card: "" })).toBe("");
});

it("stands apart from what follows it in an answer", () => {
  expect(besideCard("Call 112.\n\nNo.", "Call 112.")).toBe("No.");
  expect(besideCard("Call 112.", "Call 112.")).toBe("");
  expect(besideCard("Hello", "Call 112.")).toBe("Hello");
  expect(besideCard("Hello", "")).toBe("Hello");
});
