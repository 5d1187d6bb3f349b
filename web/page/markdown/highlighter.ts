/** What knows the words of the common languages. A chunk of its own: most chats need none of it. */

import type { ElementContent } from "hast";
import { common, createLowlight } from "lowlight";

const lowlight = createLowlight(common);

/** Return the code in coloured parts, or null for a language that is not known. */
export function highlight(code: string, language: string): ElementContent[] | null {
  if (!lowlight.registered(language)) return null;
  return lowlight.highlight(language, code).children as ElementContent[];
}
