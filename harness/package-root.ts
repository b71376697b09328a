import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Whether this is the compiled package that somebody installed, rather than a checkout, which runs as it is written. */
export const isInstalled: boolean = import.meta.url.endsWith(".js");

/** The folder that holds Gatecrash itself: of a package, what was compiled. */
export const packageRoot: string = fileURLToPath(new URL("..", import.meta.url));

/** Where reports are written: in the checkout, or below where the caller stands. */
export const reportsFolder: string = join(isInstalled ? "." : packageRoot, "reports");

/** Where runs are kept unless `--out` says otherwise. */
export const runsFolder: string = join(reportsFolder, "runs");

/** The version in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot, isInstalled ? ".." : ".", "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}
