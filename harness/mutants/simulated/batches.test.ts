import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listMutants, listScenarios } from "../../cli/catalogue.ts";
import { packageRoot } from "../../package-root.ts";
import { type Batch, type BatchOutcome, batchPath } from "./batch.ts";
import { batchesOf, MEMORY_SEEDS } from "./batches-of.ts";
import { levelOneNumbers, renderBatches } from "./render-batches.ts";
import { withBatches, withGuilty } from "./render-oracle.ts";
import { saveBatch, savedBatch } from "./saved-batch.ts";

const guilty: Batch = {
  scenario: "flood",
  limiter: "a",
  convictedBy: ["within-bound"],
  firstSeed: 1,
  seeds: 4,
};
const innocent: Batch = { ...guilty, limiter: "gcra (memory)", convictedBy: null, seeds: 100 };

function outcome(batch: Batch, convicted: number, checker = "within-bound"): BatchOutcome {
  const evidence = { checker, summary: "hot was let in 9 times", command: "npm run mutants -- --level 1" };
  return {
    schemaVersion: 1,
    batch,
    requests: 1_000,
    convicted,
    proved: batch.seeds - convicted,
    byChecker: convicted === 0 ? {} : { [checker]: convicted },
    evidence: convicted === 0 ? null : evidence,
  };
}

let out = "";
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), "gatecrash-batches-"));
});
afterAll(() => rm(out, { recursive: true }));

describe("the batches of simulated time", async () => {
  const [mutants, stories] = await Promise.all([listMutants(), listScenarios()]);
  const batches = batchesOf({ mutants, stories, correct: ["gcra"], firstSeed: 1, seeds: 2 });

  it("are the mutants that show in it, in stories that there are, and nobody who needs a fault", () => {
    const tried = new Set(
      batches.flatMap(({ limiter, convictedBy }) => (convictedBy === null ? [] : limiter)),
    );
    expect(tried.size).toBeGreaterThanOrEqual(20);
    expect(tried.has("charges-one")).toBe(true);
    expect(tried.has("full-limit-alone")).toBe(false);
  });

  it("are each correct limiter in every story in which nothing breaks, in memory much more often", () => {
    const calm = stories.filter(({ thing }) => thing.faults === undefined).length;
    const of = (limiter: string) => batches.filter((batch) => batch.limiter === limiter);
    expect(of("gcra (memory)").map(({ seeds }) => seeds)).toEqual(Array(calm).fill(2 * MEMORY_SEEDS));
    expect(of("gcra (Redis)").map(({ seeds }) => seeds)).toEqual(Array(calm).fill(2));
  });

  it("have a file each, and are found in it again as long as source and declaration are the same", async () => {
    expect(new Set(batches.map(batchPath)).size).toBe(batches.length);
    const kept = outcome(guilty, 4);
    expect(await savedBatch(out, guilty, "one")).toBeNull();
    await saveBatch(out, kept, "one");
    expect(await savedBatch(out, guilty, "one")).toEqual(kept);
    expect(await savedBatch(out, guilty, "two")).toBeNull();
    expect(await savedBatch(out, { ...guilty, convictedBy: [] }, "one")).toBeNull();
  });
});

describe("what is shown of simulated time", () => {
  const all = [outcome(guilty, 3), outcome({ ...guilty, limiter: "b" }, 0), outcome(innocent, 0)];

  it("is who was convicted with how many of the seeds, by whom, and in which words", () => {
    const text = renderBatches(all);
    expect(text).toContain("a, flood: 3 of 4 seeds (75 %); within-bound 3");
    expect(text).toContain("b, flood: 0 of 4 seeds (0 %); nobody");
    expect(text).toContain("within-bound: hot was let in 9 times");
    expect(text).toContain("Guilty found: 1 of 2 wrong limiters, 0 of them with every seed.");
    expect(text).toContain(
      "False convictions: 0 of 100 runs of correct limiters; at most 3.0 % of such runs",
    );
  });

  it("names a correct limiter that was convicted, with the evidence", () => {
    const text = renderBatches([outcome(innocent, 1, "keys-expire")]);
    expect(text).toContain("gcra (memory): 1 of 100 runs convicted, 99 passed every proof (1 stories)");
    expect(text).toContain("keys-expire: hot was let in 9 times");
    expect(levelOneNumbers([outcome(innocent, 1)])).toMatchObject({ falseConvictions: 1, acquittals: 100 });
  });

  it("has its numbers in the README, and its matrix in that of the mutants, once", async () => {
    const readme = await readFile(join(packageRoot, "README.md"), "utf8");
    const numbers = withBatches(readme, all) ?? "";
    expect(numbers).toContain("| wrong limiters convicted | 1 of 2, 0 with every seed | seeds 1 to 4 |");
    expect(withBatches(numbers, all)).toBe(numbers);
    const page = await readFile(join(packageRoot, "limiter", "mutants", "README.md"), "utf8");
    const matrix = withGuilty(page, all) ?? "";
    expect(matrix).toContain("| flood | a | within-bound 75 % | hot was let in 9 times |");
    expect(matrix).toContain("| flood | b | nobody |  |");
    expect(withGuilty(matrix, all)).toBe(matrix);
    expect(withBatches("no marks", all)).toBeNull();
  });
});
