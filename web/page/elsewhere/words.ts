/** What is said where a question may leave: words that come with it, and not with the page's start. */

import { fillingIn, type Language, type Values } from "../../shared/strings";
import en from "../../strings/elsewhere.en.json";
import zh from "../../strings/elsewhere.zh.json";
import { useReader } from "../reader";

export type LeavingKey = keyof typeof en;
export type Tell = (key: LeavingKey, values?: Values) => string;

export const ALL: Record<Language, Record<LeavingKey, string>> = { en, zh };

export function useTell(): Tell {
  const { language } = useReader();
  const fill = fillingIn(language);
  return (key, values) => fill(ALL[language][key], values);
}
