import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { listMutants, listScenarios } from "../cli/catalogue.ts";
import { renderBatches } from "../mutants/simulated/render-batches.ts";
import { runLevelOne } from "../mutants/simulated/run-level-one.ts";

/** One for each kind of evidence; `npm run mutants -- --level 1` tries them all. */
const some = ["charges-one", "stamps-as-names", "tells-the-whole-window"];

let out = "";
let redis: Redis;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-simulated-"));
  redis = new Redis(inject("redisUrl"));
});
afterAll(async () => {
  await rm(out, { recursive: true });
  await redis.quit();
});

describe("limiters as they are, in simulated time", () => {
  it("are convicted where they are wrong, each by a checker that it declares, and leave no key behind", async () => {
    const mutants = (await listMutants()).filter(({ name }) => some.includes(name));
    const options = {
      mutants,
      stories: await listScenarios(),
      firstSeed: 1,
      seeds: 1,
      out,
      redisUrl: inject("redisUrl"),
      source: "as it is",
      acquittals: "none",
      onBatch() {},
    } as const;
    const outcomes = await runLevelOne(options);
    expect(outcomes).toHaveLength(mutants.flatMap(({ thing }) => thing.scenarios).length);
    const escaped = outcomes.filter(({ convicted }) => convicted === 0);
    expect(escaped, renderBatches(escaped)).toEqual([]);
    expect(await redis.keys("gatecrash-simulated-*")).toEqual([]);
    // What is kept is not run again.
    expect(await runLevelOne(options)).toEqual(outcomes);
  });
});
