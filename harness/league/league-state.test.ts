import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleBlock, sampleMeasure } from "../compare/sample-comparison.ts";
import { Refusal } from "../refusal.ts";
import { leagueState } from "./league-state.ts";
import { sampleLeague } from "./sample-league.ts";

const { settings } = sampleLeague();
const environment = { gatecrash: "0.1.0", node: "24", platform: "linux", cpus: "2", redis: "7" };

describe("the state of a league", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatecrash-league-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("gives back what was kept, bounds without end too, and nothing that was not", async () => {
    const endless = { proved: 1, estimate: 2, atMost: Number.POSITIVE_INFINITY };
    const run = { measure: sampleMeasure({ outageRatio: endless }), environment, loadAverage: 1.5 };
    const blocks = [{ ...sampleBlock(1), loadAverage: 2 }];
    const before = await leagueState(folder, settings);
    await before.keepRun("burst", "gcra", run);
    await before.keepBlocks("gcra", blocks);
    const after = await leagueState(folder, settings);
    expect(await after.run("burst", "gcra")).toEqual(run);
    expect(await after.blocks("gcra")).toEqual(blocks);
    expect(await after.run("burst", "none")).toBeNull();
    expect(await after.blocks("none")).toEqual([]);
    expect(after.startedAt).toBe(before.startedAt);
  });

  it("refuses to go on with other settings, and says with which", async () => {
    await leagueState(folder, settings);
    const other = leagueState(folder, { ...settings, seed: 2, versions: {} });
    await expect(other).rejects.toThrow(Refusal);
    await expect(other).rejects.toThrow(/other seed and versions/);
  });

  it("takes what cannot be read for not run", async () => {
    const state = await leagueState(folder, settings);
    await state.keepRun("many-keys", "gcra", { measure: sampleMeasure(), environment, loadAverage: 0 });
    await writeFile(join(folder, "runs", "many-keys", "gcra.json"), '{"measure"');
    expect(await state.run("many-keys", "gcra")).toBeNull();
  });

  it("leaves no half-written files behind", async () => {
    const state = await leagueState(folder, settings);
    await state.keepBlocks("fixed-window", [{ ...sampleBlock(1), loadAverage: 2 }]);
    for (const name of await readdir(join(folder, "blocks"))) expect(name).toMatch(/\.json$/);
  });
});
