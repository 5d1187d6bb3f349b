import type { Citation } from "../../shared/grounds";
import type { Say } from "../../shared/strings";

/** Where a passage stands: its document, and in it the page or the heading. */
export function placeWords({ document, page, headings }: Pick<Citation, "document" | "page" | "headings">, say: Say): string {
  const heading = headings.at(-1);
  if (page !== null) return `${document}, ${say("cite.page", { page })}`;
  return heading === undefined ? document : `${document}, ${heading}`;
}
