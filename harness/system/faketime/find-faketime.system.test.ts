import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findFaketime } from "./find-faketime.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});
const onProgress = () => undefined;

test("it is found here, or fetched once; what is found in a folder need not be fetched", async () => {
  const fetched = await findFaketime({ onProgress, folders: [] });
  if (!("preload" in fetched)) expect.fail(fetched.reason);
  vi.stubEnv("GATECRASH_CACHE", folder);
  const home = dirname(fetched.origin);
  expect(await findFaketime({ onProgress: () => expect.fail("it fetches"), folders: [home] })).toEqual(
    fetched,
  );
});

test("a library that does not work is not taken, and where nothing can be fetched a sentence says why", async () => {
  writeFileSync(join(folder, "libfaketime.so.1"), "no library");
  vi.stubEnv("GATECRASH_CACHE", folder);
  vi.stubEnv("PATH", join(folder, "nothing"));
  expect(await findFaketime({ onProgress, folders: [folder] })).toEqual({
    reason: "there is no libfaketime here, and it could not be fetched (there is no apt-get here)",
  });
});
