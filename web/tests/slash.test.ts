import { expect, it } from "vitest";

import { COMMANDS, offersFor, textOf } from "../shared/slash";
import { presetOf } from "./samples";

const PRESETS = ["My translator", "Translator", "Poet"].map((name) => presetOf(name));

const offered = (text: string) => offersFor(text, PRESETS).map(textOf);

it("offers everything for a slash alone", () => {
  expect(offered("/")).toEqual([...COMMANDS.map((name) => `/${name}`), ...PRESETS.map(({ name }) => `/${name}`)]);
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
  expect(offersFor("/e", [], ["new"])).toEqual([]);
});
