import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "./package-root.ts";
import * as parts from "./scenario-parts.ts";

/** What faults are made of, not faults. */
const notOffered = new Set(["gatewayFault", "pathFault", "redisFault"]);

/** Names of the functions of `harness/<folder>/` that make one of `kinds`. */
function makers(folder: string, kinds: string): string[] {
  const path = join(packageRoot, "harness", folder);
  const maker = new RegExp(`^export function (\\w+)\\([^]*?\\): (?:${kinds}) \\{`, "gm");
  return readdirSync(path)
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .flatMap((file) => [...readFileSync(join(path, file), "utf8").matchAll(maker)])
    .map(([, name]) => name ?? "")
    .filter((name) => !notOffered.has(name));
}

test.each([
  ["checkers", "Checker"],
  ["faults", "Fault|PlannedFault\\[\\]"],
  ["load", "Load|KeyChooser"],
])("who installed us can use everything of %s", (folder, kinds) => {
  const names = makers(folder, kinds);
  expect(names.length).toBeGreaterThan(3);
  expect(Object.keys(parts)).toEqual(expect.arrayContaining(names));
});
