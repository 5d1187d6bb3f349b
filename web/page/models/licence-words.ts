import type { Model } from "../../shared/api";
import { isKey, type Say } from "../../shared/strings";

/** Return a licence's name, and in short whether one may earn money with what has it. */
export function licenceWords(licence: Model["licence"], say: Say): string {
  return [nameOf(licence, say), commercialWords(licence, say)].join(" · ");
}

/** Return what it allows, in a sentence. */
export function allowedWords({ commercial }: Model["licence"], say: Say): string {
  const key = `licence.allows.${commercial}`;
  return say(isKey(key) ? key : "licence.allows.unclear");
}

function commercialWords({ commercial }: Model["licence"], say: Say): string {
  const key = `licence.${commercial}`;
  return say(isKey(key) ? key : "licence.unclear");
}

function nameOf({ id, name }: Model["licence"], say: Say): string {
  return id === "unknown" ? say("licence.none") : id || name;
}
