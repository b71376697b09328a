import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readLeases } from "./lease.ts";
import { leasedFolder } from "./leased-folder.ts";

let cache = "";
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  vi.stubEnv("GATECRASH_CACHE", cache);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const leased = () => readLeases().flatMap(({ lease }) => lease?.folders ?? []);

it("a temporary folder is on the lease as long as it is there", async () => {
  const folder = leasedFolder("bench");
  expect(basename(folder.path)).toMatch(/^gatecrash-bench-/);
  expect([existsSync(folder.path), leased()]).toEqual([true, [folder.path]]);
  for (let times = 1; times <= 2; times++) await folder[Symbol.asyncDispose]();
  expect([existsSync(folder.path), leased()]).toEqual([false, []]);
});
