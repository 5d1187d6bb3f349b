import { expect, it } from "vitest";

import { languageOf, sayIn, tongueOf } from "../shared/strings";
import en from "../strings/en.json";
import zh from "../strings/zh.json";

const SOURCES = Object.values(
  import.meta.glob<string>(["../page/**/*.{ts,tsx}", "../shared/**/*.ts", "!../shared/api.gen.ts"], {
    query: "?raw",
    import: "default",
    eager: true,
  }),
).join("\n");

/** What is filled into a key where it is said: `fit.${grade}`. */
const PLACES = /\$\{[^{}]*(\{[^{}]*\}[^{}]*)*\}/g;

const found = (form: RegExp) => [...SOURCES.matchAll(form)].map((found) => found[1] ?? "");

const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort();

it("says everything in every language", () => {
  expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
});

it("leaves nothing unsaid, and the same places open", () => {
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    expect(en[key].trim(), key).not.toBe("");
    expect(zh[key].trim(), key).not.toBe("");
    expect(names(zh[key]), key).toEqual(names(en[key]));
  }
});

it("has no words that nobody says", () => {
  const keys = found(/"([\w.]+)"/g);
  const forms = found(/`(\w+\.[^`]*\$\{[^`]*)`/g).map((form) => new RegExp(`^${form.replace(PLACES, "\\w+")}$`));
  const isSaid = (key: string) => keys.includes(key) || forms.some((form) => form.test(key));
  expect(Object.keys(en).filter((key) => !isSaid(key))).toEqual([]);
});

it("fills in words and numbers", () => {
  expect(sayIn("en")("wait.reading", { read: 512, total: 2048 })).toBe("Reading: 512 of 2,048 tokens");
  expect(sayIn("zh")("branch", { at: 1, of: 2 })).toBe("第 1 个版本，共 2 个");
  expect(sayIn("en")("deletion.chat", { title: "$& {title}" })).toContain("“$& {title}”");
});

it("speaks the reader's language where we have it", () => {
  expect(languageOf("auto", ["fr-FR", "zh-Hans-CN", "en"])).toBe("zh");
  expect(languageOf("auto", ["fr"])).toBe("en");
  expect(languageOf("en", ["zh"])).toBe("en");
});

it("tells Chinese of the server's from English", () => {
  expect(tongueOf("没有对话 x。")).toBe("zh-CN");
  expect(tongueOf("There is no chat x.")).toBe("en");
  expect(tongueOf("")).toBe("en");
});
