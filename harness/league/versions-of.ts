import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Variant } from "../../limiter/variants/variant.ts";
import { packageRoot, packageVersion } from "../package-root.ts";

/** Versions of Node, of Gatecrash, and of every package that one of `variants` is made of; `unknown` where none is installed. */
export function versionsOf(variants: readonly Variant[]): Readonly<Record<string, string>> {
  const names = new Set(variants.flatMap(({ packages = [] }) => packages));
  return {
    node: process.versions.node,
    gatecrash: packageVersion(),
    ...Object.fromEntries([...names].sort().map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name: string): string {
  try {
    const text = readFileSync(join(packageRoot, "node_modules", name, "package.json"), "utf8");
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return "unknown";
  }
}
