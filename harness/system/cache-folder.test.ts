import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { packageRoot } from "../package-root.ts";
import { Refusal } from "../refusal.ts";
import { cacheFolder } from "./cache-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("GATECRASH_CACHE is taken, and made", () => {
  const cache = join(folder, "deep/cache");
  expect(cacheFolder({ GATECRASH_CACHE: cache })).toBe(cache);
  expect(existsSync(cache)).toBe(true);
});

test("a GATECRASH_CACHE that cannot be a folder is refused", () => {
  writeFileSync(join(folder, "file"), "");
  expect(() => cacheFolder({ GATECRASH_CACHE: join(folder, "file") })).toThrow(Refusal);
});

test("else it is the checkout's own", () => {
  expect(cacheFolder({})).toBe(join(packageRoot, ".cache"));
});
