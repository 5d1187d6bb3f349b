/** What the owner's settings are called: words that come with them, and not with the page's start. */

import type { Language } from "../../shared/strings";
import en from "../../strings/owner.en.json";
import zh from "../../strings/owner.zh.json";

export type OwnerKey = keyof typeof en;

const ALL: Record<Language, Record<OwnerKey, string>> = { en, zh };

export const ownerWords = (language: Language) => ALL[language];

/** Return whether there is such a word, for names that come from the server. */
export const isOwnerKey = (key: string): key is OwnerKey => Object.hasOwn(en, key);
