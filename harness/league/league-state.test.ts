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
const endedAt = "2026-11-21T15:30:00.000Z";

describe("the state of a league", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gatecrash-league-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("gives back what was kept, bounds without end too, and nothing that was not", async () => {
    const endless = { proved: 1, estimate: 2, atMost: Number.POSITIVE_INFINITY };
    const run = {
      measure: sampleMeasure({ outageRatio: endless }),
      environment,
      isSecond: true,
      loadAverage: 1.5,
      endedAt,
    };
    const { block, numbers } = sampleBlock(1);
    const round = { block, numbers: { gcra: numbers }, failures: { none: "gone" }, loadAverage: 2, endedAt };
    const before = await leagueState(folder, settings);
    await before.keepRun("burst", "gcra", run);
    await before.keepRound(round);
    const after = await leagueState(folder, settings);
    expect(await after.run("burst", "gcra")).toEqual(run);
    expect(await after.round(1)).toEqual(round);
    expect(await after.run("burst", "none")).toBeNull();
    expect(await after.round(2)).toBeNull();
    expect(after.startedAt).toBe(before.startedAt);
  });

  it("refuses to go on with other settings, and says with which", async () => {
    await leagueState(folder, settings);
    const other = leagueState(folder, { ...settings, seed: 2, versions: {} });
    await expect(other).rejects.toThrow(Refusal);
    await expect(other).rejects.toThrow(/other seed and versions/);
  });

  it.each([
    ["source", { source: "of another commit" }],
    ["variantFiles", { variantFiles: { "cold-share": "mended" } }],
    ["system", { system: "docker" as const }],
    ["environment", { environment: { ...environment, cpus: "4" } }],
    ["environment", { environment: { ...environment, redis: "8" } }],
  ])("refuses what was measured with another %s", async (name, other) => {
    await leagueState(folder, settings);
    await expect(leagueState(folder, { ...settings, ...other })).rejects.toThrow(`other ${name}:`);
  });

  it("takes what cannot be read for not run", async () => {
    const state = await leagueState(folder, settings);
    await state.keepRun("many-keys", "gcra", {
      measure: sampleMeasure(),
      environment,
      isSecond: false,
      loadAverage: 0,
      endedAt,
    });
    await writeFile(join(folder, "runs", "many-keys", "gcra.json"), '{"measure"');
    expect(await state.run("many-keys", "gcra")).toBeNull();
  });

  it("leaves no half-written files behind", async () => {
    const state = await leagueState(folder, settings);
    await state.keepRound({ block: 2, numbers: {}, failures: {}, loadAverage: 2, endedAt });
    for (const name of await readdir(join(folder, "rounds"))) expect(name).toMatch(/\.json$/);
  });
});
