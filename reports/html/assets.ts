import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** Modules of the page's script, each after those that it imports. */
const clientModules = [
  "library.js",
  "theme.js",
  "scales.js",
  "phase-bands.js",
  "fault-bands.js",
  "run-plot.js",
  "source-chart.js",
  "run-charts.js",
  "witness-chart.js",
  "page.js",
] as const;

/** Everything that the page shows or runs and that no run changes. */
export interface Assets {
  readonly style: string;
  readonly script: string;
}

/** Reads the page's style, its script, the chart library and the font, each inlined so that the page needs no network. */
export function readAssets(): Assets {
  const require = createRequire(import.meta.url);
  const packaged = (path: string) => readFileSync(require.resolve(path));
  const own = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");
  const faces = [400, 600].map((weight) => {
    const font = packaged(`@fontsource/inter/files/inter-latin-${weight}-normal.woff2`).toString("base64");
    return `@font-face{font-family:Inter;font-weight:${weight};font-display:block;src:url(data:font/woff2;base64,${font}) format("woff2")}`;
  });
  const library = packaged("uplot/dist/uPlot.iife.min.js").toString("utf8");
  const modules = clientModules.map((name) => own(`./client/${name}`));
  return {
    style: [...faces, packaged("uplot/dist/uPlot.min.css").toString("utf8"), own("./style.css")].join("\n"),
    script: `${library}\n(()=>{"use strict";\n${modules.map(asPart).join("\n")}\n})();`,
  };
}

/** A module as a part of one script: imports and exports go, because all parts share one scope. */
function asPart(source: string): string {
  return source.replace(/^import [^;]*;\n/gm, "").replace(/^export /gm, "");
}
