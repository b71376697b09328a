import { describe, expect, it } from "vitest";
import { seededRandom } from "../load/random.ts";
import { type BlockMeasure, type ComparedNumber, comparedNumbers } from "./comparison.ts";
import { differences, fewestPairs } from "./differences.ts";
import { sampleBlock } from "./sample-comparison.ts";

const random = seededRandom(1, "differences");

/** Blocks in which every number is `cost`, give or take what the machine did to all of them and to each. */
function blocksOf(cost: number, machine: readonly number[], noise: number): BlockMeasure[] {
  return machine.map((factor, index) => {
    const numbers = comparedNumbers.map((name) => [
      name,
      cost * factor * Math.exp(noise * (2 * random() - 1)),
    ]);
    return sampleBlock(index + 1, Object.fromEntries(numbers));
  });
}

/** What a shared machine does: sometimes everything takes three times as long. */
const machineOf = (blocks: number): number[] =>
  Array.from({ length: blocks }, () => 1 + (random() < 0.2 ? 2 * random() : 0));

const one = { margin: 0.05, comparisons: 1 };
const claimed = (base: readonly BlockMeasure[], runs: readonly BlockMeasure[]) =>
  differences(base, runs, one).flatMap((difference) =>
    difference.kind === "measured" && difference.claim !== "none" ? [difference.claim] : [],
  );

describe("a difference", () => {
  it("is claimed between equals in no more tries than the level says, with noise as large as the margin", () => {
    const tries = 1_000;
    let wrong = 0;
    for (let i = 0; i < tries; i++) {
      const machine = machineOf(fewestPairs);
      if (claimed(blocksOf(100, machine, 0.3), blocksOf(100, machine, 0.3)).length > 0) wrong++;
    }
    expect(wrong / tries).toBeLessThanOrEqual(0.05);
  });

  it("of exactly the margin is claimed no more often either", () => {
    const tries = 1_000;
    let wrong = 0;
    for (let i = 0; i < tries; i++) {
      const machine = machineOf(fewestPairs);
      if (claimed(blocksOf(100, machine, 0.1), blocksOf(105, machine, 0.1)).includes("more")) wrong++;
    }
    expect(wrong / tries).toBeLessThanOrEqual(0.05 + 3 * Math.sqrt(0.05 / tries));
  });

  it("of 20 % is found in nineteen of twenty tries, where noise is 8 % and the machine is shared", () => {
    const tries = 400;
    let found = 0;
    for (let i = 0; i < tries; i++) {
      const machine = machineOf(fewestPairs);
      const all = claimed(blocksOf(100, machine, 0.08), blocksOf(120, machine, 0.08));
      if (all.length === comparedNumbers.length && all.every((claim) => claim === "more")) found++;
    }
    expect(found / tries).toBeGreaterThanOrEqual(0.95);
  });

  it("is never claimed from fewer trials, however large it looks", () => {
    const machine = machineOf(fewestPairs - 1);
    const all = differences(blocksOf(1, machine, 0), blocksOf(100, machine, 0), one);
    expect(all.map(({ kind }) => kind)).toEqual(comparedNumbers.map(() => "too-few"));
    expect(all[0]).toMatchObject({ pairs: 19, needed: 20 });
  });

  it("pairs only what was run in the same block", () => {
    const machine = machineOf(30);
    const base = blocksOf(100, machine, 0);
    const later = blocksOf(100, machine, 0).map((run) => ({ ...run, block: run.block + 15 }));
    expect(differences(base, later, one)[0]).toMatchObject({ kind: "too-few", pairs: 15 });
  });

  it("leaves nothing out: a number that one block did not measure, or that was nothing, is not compared", () => {
    const machine = machineOf(25);
    const base = blocksOf(100, machine, 0);
    const spoilt = (value: number | null) =>
      blocksOf(100, machine, 0).map((run, index) =>
        index === 3 ? { ...run, numbers: { ...run.numbers, p50Ms: value } } : run,
      );
    for (const value of [null, 0, -0.2]) {
      const [first, second] = differences(base, spoilt(value), one);
      expect(first).toMatchObject({ kind: "unmeasured", reason: expect.stringContaining("1 of 25") });
      expect(second?.kind).toBe("measured");
    }
  });

  it("is judged the more strictly the more is compared", () => {
    const machine = machineOf(fewestPairs);
    const level = (comparisons: number) =>
      differences(blocksOf(100, machine, 0.1), blocksOf(100, machine, 0.1), {
        margin: 0.05,
        comparisons,
      }).map((difference) => (difference.kind === "measured" ? difference.level : Number.NaN))[0];
    expect(level(1)).toBeCloseTo(1 - 0.05 / 9);
    expect(level(5)).toBeCloseTo(1 - 0.05 / 45);
  });

  it("speaks of every compared number once, in order", () => {
    const names: ComparedNumber[] = differences([], [], one).map(({ number }) => number);
    expect(names).toEqual(comparedNumbers);
  });
});
