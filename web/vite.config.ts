import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const SERVER = "http://127.0.0.1:7886";

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
  server: { proxy: { "/app": SERVER, "/enter": SERVER } },
  test: { include: ["tests/**/*.test.ts"] },
});
