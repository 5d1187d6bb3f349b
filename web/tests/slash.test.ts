import { expect, it } from "vitest";

import { COMMANDS, offersFor, textOf } from "../shared/slash";
import { presetOf } from "./samples";
import { shelfOf } from "./shelf-samples";

const PRESETS = ["My translator", "Translator", "Poet"].map((name) => presetOf(name));

const SHELVES = ["Old handbook", "Handbook", "Boats"].map((name) => shelfOf(name));

const offered = (text: string) => offersFor(text, { presets: PRESETS, shelves: SHELVES }).map(textOf);

it("offers everything for a slash alone", () => {
  expect(offered("/")).toEqual([
    ...COMMANDS.map((name) => `/${name}`),
    ...PRESETS.map(({ name }) => `/${name}`),
    ...SHELVES.map(({ name }) => `/kb ${name}`),
  ]);
});

it("narrows with each letter, those that begin so before those that hold it", () => {
  expect(offered("/tran")).toEqual(["/Translator", "/My translator"]);
  expect(offered("/my tr")).toEqual(["/My translator"]);
  expect(offered("/NEW")).toEqual(["/new"]);
});

it.each(["hello", " /new", "/new please", "/etc/passwd is a file", "/new\n", "//"])("takes %j for a message", (text) => {
  expect(offered(text)).toEqual([]);
});

it("leaves out what cannot be done now", () => {
  expect(offersFor("/e", { commands: ["new"] })).toEqual([]);
});

it("offers the shelves by the terminal's command, and narrows them by their names", () => {
  expect(offered("/k")).toEqual(["/kb", "/kb Old handbook", "/kb Handbook", "/kb Boats"]);
  expect(offered("/kb")).toEqual(offered("/k"));
  expect(offered("/kb ")).toEqual(["/kb Old handbook", "/kb Handbook", "/kb Boats"]);
  expect(offered("/kb hand")).toEqual(["/kb Handbook", "/kb Old handbook"]);
  expect(offered("/KB boats")).toEqual(["/kb Boats"]);
  expect(offersFor("/kb boats", { shelves: SHELVES })).toEqual([{ kind: "shelf", shelf: SHELVES[2] }]);
});

it.each(["/kb of what", "/kbs", "/handbook"])("takes %j for no shelf", (text) => {
  expect(offered(text)).toEqual([]);
});
