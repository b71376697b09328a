/**
 * Builds what is packed into `dist/`: compiled JavaScript and types of whatever the package's entries reach
 * (tsconfig.build.json), and what is read or loaded as it is. A checkout needs none of it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { packageRoot } from "../package-root.ts";

const dist = join(packageRoot, "dist");
const assets = [
  "harness/cli/gatecrash.js",
  "harness/faults/gateway-preload/*.js",
  "reports/**/*.{css,js}",
  "reports/result.schema.json",
];

rmSync(dist, { recursive: true, force: true });
execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { cwd: packageRoot, stdio: "inherit" });
for (const file of globSync(assets, { cwd: packageRoot, exclude: ["reports/runs/**"] })) carry(file, file);
const carried = carryChartRenderer();
for (const file of globSync("{harness,limiter,reports}/**/*.js", { cwd: dist })) mend(join(dist, file));

function carry(from: string, to: string): void {
  mkdirSync(dirname(join(dist, to)), { recursive: true });
  cpSync(join(packageRoot, from), join(dist, to));
}

/**
 * chartjs-node-canvas asks for node-canvas, which is built where it is installed; ours stands in for it by `overrides`,
 * which hold in a checkout only. Bundled by npm it would bring the binary of whoever packs. So its few files are carried,
 * licence and all, and what they require is found beside us. Gives the file to import.
 */
function carryChartRenderer(): string {
  const manifest = createRequire(import.meta.url).resolve("chartjs-node-canvas/package.json");
  const from = relative(packageRoot, dirname(manifest));
  const to = "carried/chartjs-node-canvas";
  for (const file of globSync(["package.json", "LICENSE", "dist/*.js"], { cwd: dirname(manifest) }))
    carry(join(from, file), join(to, file));
  return join(dist, to, "dist", "index.js");
}

function mend(file: string): void {
  const text = readFileSync(file, "utf8");
  const named = text.replaceAll('from "chartjs-node-canvas"', `from "${pathTo(carried, file)}"`);
  const stacks = join(dist, "harness", "package", "disposable-stacks.js");
  // Node 22 has none: whoever names them gets ours first, on the first line, so that no line changes its number.
  const isBringing = file !== stacks && /\b(Async)?DisposableStack\b/.test(text);
  const mended = isBringing ? `import "${pathTo(stacks, file)}"; ${named}` : named;
  if (mended !== text) writeFileSync(file, mended);
}

/** As an import of `from` names `file`. */
function pathTo(file: string, from: string): string {
  const path = relative(dirname(from), file).replaceAll("\\", "/");
  return path.startsWith(".") ? path : `./${path}`;
}
