/** What is shown of a thought while it is folded. Pure. */

const MOST = 90;

/** Return the newest of a growing thought, as one line without Markdown's marks. */
export function newest(text: string): string {
  const line = text.slice(-4 * MOST).trimEnd().split("\n").at(-1) ?? "";
  const plain = line.replace(/^[\s#>*+-]+|[*`_]+/g, "").trim();
  if (plain.length <= MOST) return plain;
  const end = plain.slice(-MOST);
  // From a word's beginning; Chinese has no blanks to begin at.
  return end.slice(end.indexOf(" ") + 1);
}

/** Return seconds as a person says them: whole, at least one, from a minute on with minutes. */
export function spell(seconds: number): { minutes: number; seconds: number } {
  const whole = Math.max(1, Math.round(seconds));
  return { minutes: Math.floor(whole / 60), seconds: whole % 60 };
}
