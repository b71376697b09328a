import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { variant as none } from "../../limiter/variants/none.ts";
import { packageVersion } from "../package-root.ts";
import { versionsOf } from "./versions-of.ts";

let project = "";
let dist = "";
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "gatecrash-tests-"));
  dist = join(project, "node_modules", "gatecrash", "dist");
  await mkdir(dist, { recursive: true });
});
afterAll(() => rm(project, { recursive: true, force: true }));

async function installed(folder: string, name: string, version: string): Promise<void> {
  await mkdir(join(folder, "node_modules", name), { recursive: true });
  await writeFile(join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, version }));
}

const variant = { ...none, packages: ["a-peer", "@a-scope/a-peer", "a-peer-that-nobody-has"] };

describe("versions of what a league is made of", () => {
  it("are those that an import finds: beside us, or in the project of whoever installed us", async () => {
    await installed(project, "a-peer", "1.0.0");
    await installed(project, "@a-scope/a-peer", "2.0.0");
    expect(versionsOf([variant], { from: dist })).toEqual({
      node: process.versions.node,
      gatecrash: packageVersion(),
      "@a-scope/a-peer": "2.0.0",
      "a-peer": "1.0.0",
      "a-peer-that-nobody-has": "unknown",
    });
    await installed(join(project, "node_modules", "gatecrash"), "a-peer", "1.5.0");
    expect(versionsOf([variant], { from: dist })).toMatchObject({ "a-peer": "1.5.0" });
  });

  it("are known in a checkout", () => {
    expect(versionsOf([{ ...none, packages: ["ioredis"] }]).ioredis).toMatch(/^\d+\./);
  });
});
