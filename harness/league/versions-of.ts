import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import type { Variant } from "../../limiter/variants/variant.ts";
import { packageRoot, packageVersion } from "../package-root.ts";

/** Versions of Node, of Gatecrash, and of every package that one of `variants` is made of; `unknown` where none is installed. */
export function versionsOf(
  variants: readonly Variant[],
  { from = packageRoot }: VersionsOptions = {},
): Readonly<Record<string, string>> {
  const names = new Set(variants.flatMap(({ packages = [] }) => packages));
  return {
    node: process.versions.node,
    gatecrash: packageVersion(),
    ...Object.fromEntries([...names].sort().map((name) => [name, versionOf(name, from)])),
  };
}

/** Where to look. */
export interface VersionsOptions {
  /** The folder from which they are imported. @default that of Gatecrash */
  readonly from?: string;
}

/** As Node finds a package: in the folder, or in one above it, which is the caller's where we are installed. */
function versionOf(name: string, from: string): string {
  for (let above = resolve(from); ; above = dirname(above)) {
    const file = join(above, "node_modules", name, "package.json");
    if (existsSync(file)) return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
    if (above === dirname(above)) return "unknown";
  }
}
