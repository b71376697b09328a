/**
 * Builds what is packed into `dist/`: compiled JavaScript and types of whatever the package's entries reach
 * (tsconfig.build.json), and the files that are read as they are. A checkout needs none of it.
 */
import { execFileSync } from "node:child_process";
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
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
for (const file of globSync(assets, { cwd: packageRoot, exclude: ["reports/runs/**"] })) {
  mkdirSync(dirname(join(dist, file)), { recursive: true });
  cpSync(join(packageRoot, file), join(dist, file));
}
for (const file of globSync("**/*.js", { cwd: dist })) bringStacks(join(dist, file));

/** Node 22 has no stacks: whoever names them gets ours first. On the first line, so that no line changes its number. */
function bringStacks(file: string): void {
  const text = readFileSync(file, "utf8");
  const own = join(dist, "harness", "package", "disposable-stacks.js");
  if (file === own || !/\b(Async)?DisposableStack\b/.test(text)) return;
  const path = relative(dirname(file), own).replaceAll("\\", "/");
  writeFileSync(file, `import "${path.startsWith(".") ? path : `./${path}`}"; ${text}`);
}
