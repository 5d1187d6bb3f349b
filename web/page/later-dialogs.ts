/** Dialogs that come with the panels, for those who open them without one. */

import { later } from "./later";

export const ExportDialog = later(async () => ({ default: (await import("./panels")).ExportDialog }));
export const MoveDialog = later(async () => ({ default: (await import("./panels")).MoveDialog }));
export const RivalDialog = later(async () => ({ default: (await import("./panels")).RivalDialog }));
export const ShortcutsDialog = later(async () => ({ default: (await import("./panels")).ShortcutsDialog }));
