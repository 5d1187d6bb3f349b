import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const SERVER = "http://127.0.0.1:7886";

/** For `npm run dev` beside a running `sotto serve`, which takes nothing from pages that are not its own. */
const OURS = { target: SERVER, changeOrigin: true, headers: { origin: SERVER } };

export default defineConfig({
  base: "/page/",
  plugins: [react()],
  build: {
    outDir: "../src/sottovoce/server/page/built",
    emptyOutDir: true,
    manifest: true,
    target: "es2022",
    // The page's policy allows no data: address but for images, and the server caches files for good.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/app": OURS, "/enter": OURS } },
  test: { include: ["tests/**/*.test.ts"] },
});
