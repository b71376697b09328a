import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../package-root.ts";
import { measuredOn } from "./measured-on.ts";
import { sourceDigest } from "./source-digest.ts";

it("what a league is measured on names the source, the file of each variant, and the Redis that it will have", async () => {
  const folder = await mkdtemp(join(tmpdir(), "gatecrash-own-"));
  const own = join(folder, "own.ts");
  try {
    await writeFile(own, "export const variant = 1;\n");
    const before = await measuredOn("auto", { own });
    expect(before).toMatchObject({ system: "auto", source: sourceDigest(packageRoot) });
    expect(before.environment.redis).toMatch(/^\d+\.\d+\.\d+, /);
    await writeFile(own, "export const variant = 2;\n");
    const after = await measuredOn("auto", { own });
    expect(after.variantFiles.own).not.toBe(before.variantFiles.own);
    expect(after).toEqual({ ...before, variantFiles: after.variantFiles });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
