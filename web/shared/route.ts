/** Where the page is, as its address says it. Pure. */

const PANELS = ["settings", "models", "models/get", "ledger", "shelves", "help"] as const;

export type Panel = (typeof PANELS)[number];

export interface Route {
  /** null: a chat that has not begun. */
  chat: string | null;
  panel: Panel | null;
}

const CHAT = /^\/c\/([a-z2-7]{16})$/;

/** Read an address. `behind` is the chat that a panel was opened over. */
export function routeOf(path: string, behind: string | null = null): Route {
  const panel = PANELS.find((one) => path === `/${one}`);
  if (panel !== undefined) return { chat: behind, panel };
  return { chat: CHAT.exec(path)?.[1] ?? null, panel: null };
}

export function pathOf(route: Route): string {
  if (route.panel !== null) return `/${route.panel}`;
  return route.chat === null ? "/" : `/c/${route.chat}`;
}
