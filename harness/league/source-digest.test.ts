import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../package-root.ts";
import { sourceDigest } from "./source-digest.ts";

describe("the digest of the source that a run consists of", () => {
  let folder = "";
  let before = "";
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatecrash-digest-"));
    await write("limiter/algorithms/gcra.ts", "export const gcra = 1;\n");
    await write("harness/run/run-scenario.ts", "export const run = 1;\n");
    await write("scenarios/burst.ts", "export const scenario = 1;\n");
    await write("package-lock.json", "{}\n");
    before = sourceDigest(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ["limiter/algorithms/gcra.ts", "export const gcra = 2;\n"],
    ["harness/run/run-scenario.ts", "export const run = 2;\n"],
    ["scenarios/burst.ts", "export const scenario = 2;\n"],
    ["package-lock.json", '{ "lockfileVersion": 3 }\n'],
    ["limiter/variants/another.ts", ""],
    ["harness/faults/gateway-preload/preload.js", "1;\n"],
  ])("is another one where %s is another", async (path, text) => {
    await write(path, text);
    expect(sourceDigest(folder)).not.toBe(before);
  });

  it.each([
    "README.md",
    "limiter/README.md",
    "reports/html/page.ts",
    "harness/run/run-scenario.test.ts",
    "harness/run/run-scenario.system.test.ts",
    "limiter/index.d.ts",
  ])("is the same one whatever %s is", async (path) => {
    await write(path, "other\n");
    expect(sourceDigest(folder)).toBe(before);
  });

  it("tells a file that has moved", async () => {
    await rm(join(folder, "scenarios/burst.ts"));
    await write("scenarios/other.ts", "export const scenario = 1;\n");
    expect(sourceDigest(folder)).not.toBe(before);
  });

  it("is of something, here too", () => {
    expect(sourceDigest(packageRoot)).toMatch(/^[0-9a-f]{16}$/);
    expect(sourceDigest(packageRoot)).not.toBe(sourceDigest(join(packageRoot, "nowhere")));
  });
});
