/** What a model is and can do, in the reader's words. */

import type { Card, Model } from "../../shared/api";
import { isKey, type Language, localeOf, type Say } from "../../shared/strings";

/** Of what it can besides, what its kind does not say. */
const ABILITIES = ["images", "tools", "thinking"] as const;
const IMPLIED: Record<string, string> = { vision: "images", reasoning: "thinking" };

/** How the starter says what it speaks. */
const STARTERS = "English";

/** Return what a model of the catalogue is for, in a line. */
export function purposeOf({ kind, can, languages }: Card, say: Say, language: Language): string {
  const key = `kind.${kind}`;
  const able = ABILITIES.filter((one) => can.includes(one) && IMPLIED[kind] !== one);
  const words = [isKey(key) ? say(key) : kind, ...able.map((one) => say(`can.${one}`)), languagesOf(languages, say, language)];
  return words.filter(Boolean).join(" · ");
}

/** Return what a model on the shelf is for, where it does not answer. */
export function kindOf({ kind }: Model, say: Say): string {
  const key = `shelf.kind.${kind || "none"}`;
  return isKey(key) ? say(key) : "";
}

/** Return the names of languages that are given by their codes. */
export function languagesOf(codes: readonly string[], say: Say, language: Language): string {
  if (codes.includes("mul")) return say("languages.many");
  const names = new Intl.DisplayNames(localeOf(language), { type: "language", fallback: "code" });
  const known = codes.flatMap((code) => nameOf(names, code) ?? []);
  return new Intl.ListFormat(localeOf(language), { type: "conjunction" }).format(known);
}

/** Return a number of parameters as people say it: 8.2B. */
export function parametersOf(parameters: number, say: Say): string {
  if (parameters < 1e6) return "";
  const millions = Math.round(parameters / 1e6);
  if (millions < 1000) return say("parameters.millions", { count: millions });
  return say("parameters.billions", { count: Math.round(parameters / 1e8) / 10 });
}

function nameOf(names: Intl.DisplayNames, code: string): string | undefined {
  try {
    return names.of(code === STARTERS ? "en" : code);
  } catch {
    return code; // what a file calls a language may be no code
  }
}
