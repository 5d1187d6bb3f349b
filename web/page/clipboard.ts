/** Copy a text, also where the page came over plain http and browsers have no clipboard for it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** A text in the two ways that a clipboard takes it: as it is written, and as it is shown. */
export interface Written {
  markdown: string;
  html: string;
}

/**
 * Copy a text that is still to be fetched. Browsers allow copying only for a moment after a press, so that the
 * fetching is left to them where they can.
 */
export async function copyWritten(fetched: Promise<Written>): Promise<boolean> {
  const blob = async (what: keyof Written, type: string) => new Blob([(await fetched)[what]], { type });
  try {
    const item = new ClipboardItem({ "text/plain": blob("markdown", "text/plain"), "text/html": blob("html", "text/html") });
    await navigator.clipboard.write([item]);
    return true;
  } catch {
    return copyByEvent(await fetched);
  }
}

function copyByEvent({ markdown, html }: Written): boolean {
  const fill = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", markdown);
    event.clipboardData?.setData("text/html", html);
    event.preventDefault();
  };
  document.addEventListener("copy", fill, { capture: true, once: true });
  try {
    return copyBySelection(markdown);
  } finally {
    document.removeEventListener("copy", fill, { capture: true });
  }
}

function copyBySelection(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "off-screen";
  // Inside an open dialog nothing outside of it can be selected.
  (before?.closest("dialog") ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (before instanceof HTMLElement) before.focus();
  }
}
