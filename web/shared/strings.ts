/** What the page says, in the reader's language. */

import en from "../strings/en.json";
import zh from "../strings/zh.json";

export type Key = keyof typeof en;
export type Language = "en" | "zh";
export type Values = Record<string, string | number>;
export type Say = (key: Key, values?: Values) => string;

const ALL: Record<Language, Record<Key, string>> = { en, zh };

/** Return the language to speak: the chosen one, else the first of the browser's that we have. */
export function languageOf(chosen: "auto" | Language, browser: readonly string[]): Language {
  if (chosen !== "auto") return chosen;
  const tags = browser.map((tag) => tag.toLowerCase().split("-")[0]);
  return tags.find((tag): tag is Language => tag === "en" || tag === "zh") ?? "en";
}

/** Return what says a thing in a language. Numbers are written as that language writes them. */
export function sayIn(language: Language): Say {
  const strings = ALL[language];
  const fill = fillingIn(language);
  return (key, values) => fill(strings[key], values);
}

/** Return what fills values into a text of that language. */
export function fillingIn(language: Language): (text: string, values?: Values) => string {
  const numbers = new Intl.NumberFormat(localeOf(language), { maximumFractionDigits: 1 });
  return (text, values = {}) =>
    text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      return typeof value === "number" ? numbers.format(value) : (value ?? whole);
    });
}

/** Return whether there is such a string, for keys that come from the server's codes. */
export function isKey(key: string): key is Key {
  return Object.hasOwn(en, key);
}

/** Return the language of a text of the server's: what it has no Chinese for, it says in English. */
export function tongueOf(text: string): "en" | "zh-CN" {
  return /[\u4e00-\u9fff]/.test(text) ? "zh-CN" : "en";
}

export function localeOf(language: Language): string {
  return language === "zh" ? "zh-CN" : "en";
}
