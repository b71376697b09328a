import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { currentCopy, type Fetch, installCopy } from "./apt-copy.ts";

const cache = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
vi.stubEnv("GATECRASH_CACHE", cache);
afterAll(() => rmSync(cache, { recursive: true }));
let home: string;
beforeEach(() => {
  home = mkdtempSync(join(cache, "redis-"));
});

/** Stands for the archive: a program that can tell its version, which is all that a copy is asked for. */
function archiveWith(version: string): Fetch {
  return async (folder) => {
    const file = join(folder, "usr/bin/redis-server");
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `#!/bin/sh\necho "Redis server v=${version} sha=0"\n`);
    chmodSync(file, 0o755);
  };
}

function copies(): string[] {
  return readdirSync(home).filter((name) => name.startsWith("gatecrash-copy-"));
}

test("a copy that was fetched once is found again", async () => {
  expect(await currentCopy(home)).toBeUndefined();
  await installCopy(home, () => undefined, archiveWith("7.0.15"));
  expect((await currentCopy(home))?.version).toBe("7.0.15");
});

test("a broken copy is no copy, and is replaced and removed", async () => {
  const { command } = await installCopy(home, () => undefined, archiveWith("7.0.15"));
  writeFileSync(command, "");
  expect(await currentCopy(home)).toBeUndefined();
  await installCopy(home, () => undefined, archiveWith("7.0.16"));
  expect((await currentCopy(home))?.version).toBe("7.0.16");
  expect(copies()).toHaveLength(1);
});

test("a download that fails leaves nothing, and the next one works", async () => {
  const breaks: Fetch = async (folder) => {
    writeFileSync(join(folder, "half"), "");
    throw new Error("the line went dead");
  };
  await expect(installCopy(home, () => undefined, breaks)).rejects.toThrow("the line went dead");
  expect(copies()).toEqual([]);
  await installCopy(home, () => undefined, archiveWith("7.0.15"));
  expect(await currentCopy(home)).toBeDefined();
});

test("a copy that does not run is refused and does not replace what is there", async () => {
  await installCopy(home, () => undefined, archiveWith("7.0.15"));
  const empty: Fetch = async () => undefined;
  await expect(installCopy(home, () => undefined, empty)).rejects.toThrow("does not run here");
  expect((await currentCopy(home))?.version).toBe("7.0.15");
});

test("several fetch at once and all can run what they got", async () => {
  const versions = ["7.0.1", "7.0.2", "7.0.3", "7.0.4"];
  const got = await Promise.all(
    versions.map((version) => installCopy(home, () => undefined, archiveWith(version))),
  );
  expect(got.map(({ version }) => version)).toEqual(versions);
  expect(versions).toContain((await currentCopy(home))?.version);
});
