import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { packageRoot } from "../../package-root.ts";

/** Names of the packages of CommonJS that are loaded with a file of ours: testcontainers is one. */
async function loadedWith(...files: string[]): Promise<string[]> {
  const imports = files.map((file) => `await import(${JSON.stringify(join(packageRoot, file))});`).join("");
  const program = `${imports} const { createRequire } = await import("node:module");
    console.log(Object.keys(createRequire(${JSON.stringify(join(packageRoot, "x"))}).cache).join("\\n"));`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program]);
  const names = [...stdout.matchAll(/node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/g)].map(
    ([, name]) => name ?? "",
  );
  return [...new Set(names)];
}

test("who needs no Docker does not load testcontainers", async () => {
  const loaded = await loadedWith("harness/cli/main.ts", "harness/system/toxiproxy-from-docker.ts");
  expect(loaded).toContain("ioredis");
  expect(loaded.filter((name) => /testcontainers|dockerode/.test(name))).toEqual([]);
});

test("it would be seen if it was loaded", async () => {
  const file = "node_modules/@testcontainers/redis/build/index.js";
  expect(await loadedWith(file)).toContain("testcontainers");
});
