import { createRequire } from "node:module";
import { GlobalFonts } from "canvas";

/** The font of every text, shipped with the package because a bare machine has none. */
export const family = "Gatecrash Inter";

/** Makes the font known to every canvas of this process. */
export function registerFont(): void {
  if (GlobalFonts.has(family)) return;
  const require = createRequire(import.meta.url);
  for (const weight of [400, 600])
    GlobalFonts.registerFromPath(
      require.resolve(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`),
      family,
    );
}
