import { mkdir, mkdtemp, readdir, readFile, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  dropEmptyRunFolder,
  dropRunFolder,
  findRunFolder,
  keepRefused,
  makeRunFolder,
  pointLatest,
  pruneRuns,
} from "./run-folder.ts";

let out = "";
beforeEach(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-runs-"));
});
afterEach(() => rm(out, { recursive: true, force: true }));

const second = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, n));

async function recordedRun(n: number): Promise<string> {
  const folder = await makeRunFolder(out, "burst", "sliding-log", second(n));
  await writeFile(join(folder, "history.parquet"), "");
  return folder;
}

describe("the folder of a run", () => {
  it("carries the time and the variant, and no character that a path could trip over", async () => {
    const folder = await makeRunFolder(out, "burst", "a/../b:fixed", second(7));
    expect(folder).toBe(join(out, "burst", "20260101-000007-a-..-b-fixed"));
    expect(await readdir(folder)).toEqual(["logs"]);
  });

  it("is a new one for two runs of the same second", async () => {
    expect(await recordedRun(1)).not.toBe(await recordedRun(1));
  });

  it("is refused where it cannot be written", async () => {
    const file = join(out, "file");
    await writeFile(file, "");
    await expect(makeRunFolder(file, "burst", "x", second(1))).rejects.toThrow(/cannot be written.*--out/);
  });

  it("is found by its path, by `latest`, by the scenario and by nothing else", async () => {
    await recordedRun(1);
    const folder = await recordedRun(2);
    await pointLatest(out, "burst", folder);
    expect(await realpath(join(out, "latest"))).toBe(await realpath(folder));
    expect(await readlink(join(out, "burst", "latest"))).toBe("20260101-000002-sliding-log");
    for (const named of [folder, "latest", "burst"]) await findRunFolder(out, named);
    await expect(findRunFolder(out, "nothing")).rejects.toThrow(/no recorded run at nothing/);
  });
});

describe("a run that came to nothing", () => {
  it("leaves a folder with the log that it wrote, and no empty one", async () => {
    const empty = await makeRunFolder(out, "burst", "sliding-log", second(1));
    const told = await makeRunFolder(out, "burst", "sliding-log", second(2));
    await writeFile(join(told, "logs", "redis.log"), "why");
    await dropEmptyRunFolder(empty);
    await dropEmptyRunFolder(told);
    expect(await readdir(join(out, "burst"))).toEqual(["20260101-000002-sliding-log"]);
    expect(await readFile(join(told, "logs", "redis.log"), "utf8")).toBe("why");
  });
});

describe("a run that was refused", () => {
  it("leaves no folder, a recorded one does", async () => {
    const empty = await makeRunFolder(out, "burst", "sliding-log", second(1));
    const recorded = await recordedRun(2);
    await dropRunFolder(empty);
    await dropRunFolder(recorded);
    expect(await readdir(join(out, "burst"))).toEqual(["20260101-000002-sliding-log"]);
  });
});

describe("a run whose target did not come up", () => {
  it("keeps its folder with the reason, is no recorded run, and is pruned like one", async () => {
    const folder = await makeRunFolder(out, "burst", "command", second(1));
    await keepRefused(folder, "Gateway 0 ended.");
    expect(await readFile(join(folder, "refused.txt"), "utf8")).toBe("Gateway 0 ended.\n");
    await expect(findRunFolder(out, folder)).rejects.toThrow(/no recorded run/);
    await recordedRun(2);
    expect(await pruneRuns(out, 1)).toEqual([folder]);
  });
});

describe("pruning", () => {
  it("keeps the newest runs of each scenario and touches nothing that is no run", async () => {
    for (const n of [3, 1, 2]) await recordedRun(n);
    await mkdir(join(out, "burst", "notes"));
    const foreign = "20240101-120000-holiday";
    await mkdir(join(out, "burst", foreign));
    const removed = await pruneRuns(out, 1);
    expect(removed.map((path) => path.slice(-25, -12))).toHaveLength(2);
    expect((await readdir(join(out, "burst"))).sort()).toEqual([
      foreign,
      "20260101-000003-sliding-log",
      "notes",
    ]);
  });

  it("takes comparisons too", async () => {
    const comparison = join(out, "compare", "20260101-000001-burst");
    await mkdir(comparison, { recursive: true });
    await writeFile(join(comparison, "compare.json"), "{}");
    expect(await pruneRuns(out, 0)).toContain(comparison);
  });

  it("of a folder that is not there removes nothing", async () => {
    expect(await pruneRuns(join(out, "nowhere"), 0)).toEqual([]);
  });
});
