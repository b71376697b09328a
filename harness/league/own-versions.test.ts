import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { ownVersions } from "./own-versions.ts";

it("the version of a file of one's own is what stands in it, and ours are left out", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gatecrash-tests-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const ownFile = join(folder, "limiter.ts");
  const versions = async (text: string) => {
    await writeFile(ownFile, text);
    return ownVersions([
      { name: "gcra", ownFile: null },
      { name: "limiter", ownFile },
    ]);
  };
  const first = await versions("1");
  expect(first).toEqual({ "limiter (a file)": expect.stringMatching(/^sha256 [0-9a-f]{12}$/) });
  expect(await versions("2")).not.toEqual(first);
  expect(await versions("1")).toEqual(first);
});
