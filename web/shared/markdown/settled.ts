/** How much of code that grows is coloured already. Pure. */

const SMALLEST = 128;
const SHARE = 16;

/**
 * Return a length up to the end of a line that stays the same for a while: it goes on in steps that grow with
 * the code, so that however long it gets, most frames colour nothing anew.
 */
export function settledLength(code: string): number {
  const step = Math.max(SMALLEST, 2 ** Math.floor(Math.log2(code.length / SHARE)));
  return code.lastIndexOf("\n", Math.floor(code.length / step) * step) + 1;
}
