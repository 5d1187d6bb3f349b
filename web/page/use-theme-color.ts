import { useLayoutEffect } from "react";

import type { Preferences } from "../shared/preferences";

/** Have the browser's own bars follow a theme that was chosen; each is told its colour by a media query. */
export function useThemeColor(theme: Preferences["theme"]): void {
  useLayoutEffect(() => {
    const metas = [...document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]')];
    const own = metas.map((meta) => meta.content);
    const chosen = metas.find((meta) => meta.media.includes(theme));
    if (chosen) for (const meta of metas) meta.content = chosen.content;
    return () => metas.forEach((meta, at) => (meta.content = own[at] ?? ""));
  }, [theme]);
}
