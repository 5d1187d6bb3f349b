/** Which addresses a text may lead to. Pure. */

const SAFE = new Set(["http:", "https:", "mailto:"]);

/** Return the address if following it is harmless, else null: scripts, files and odd schemes are shown only. */
export function safeAddress(address: string): string | null {
  try {
    // Without a base, so that no text can lead to a place of this server.
    const url = new URL(address);
    return SAFE.has(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
