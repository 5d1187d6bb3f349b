import type { Shelf } from "../../shared/api";
import { type Language, localeOf, type Say } from "../../shared/strings";
import { inWords } from "../bytes";

/** What is true of a shelf, a line each: how much stands on it, how old that is, whether it is in step. */
export function factsOf(shelf: Shelf, say: Say, language: Language): string[] {
  const day = dayIn(language);
  const { documents, passages, bytes, oldest, newest, synced, sources, unread } = shelf;
  const much = say("shelves.much", { documents, passages, size: inWords(bytes, language) });
  const age =
    oldest === null || newest === null
      ? []
      : day(oldest) === day(newest)
        ? [say("shelves.written.on", { day: day(newest) })]
        : [say("shelves.written", { oldest: day(oldest), newest: day(newest) })];
  const step = sources === 0 ? [] : [synced === null ? say("shelves.never") : say("shelves.synced", { when: momentIn(language)(synced) })];
  return [much, ...age, ...step, ...(unread > 0 ? [say("shelves.unread", { count: unread })] : [])];
}

/** How many documents that are, in words. */
export function counted(documents: number, say: Say): string {
  return documents === 1 ? say("shelves.source.document") : say("shelves.source.documents", { count: documents });
}

/** Return what writes a day, of seconds since 1970. */
export function dayIn(language: Language): (seconds: number) => string {
  const format = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium" });
  return (seconds) => format.format(seconds * 1000);
}

function momentIn(language: Language): (seconds: number) => string {
  const format = new Intl.DateTimeFormat(localeOf(language), { dateStyle: "medium", timeStyle: "short" });
  return (seconds) => format.format(seconds * 1000);
}
