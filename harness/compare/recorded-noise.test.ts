import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../load/random.ts";
import { type BlockMeasure, type BlockNumbers, comparedNumbers } from "./comparison.ts";
import { differences, fewestPairs } from "./differences.ts";

/** Blocks of sliding-log and of a copy of it, as `compare` measured them on a machine with other work to do. */
interface Recorded {
  readonly pairs: readonly (readonly [BlockNumbers, BlockNumbers])[];
}

const { pairs } = JSON.parse(
  readFileSync(new URL("./recorded-noise.json", import.meta.url), "utf8"),
) as Recorded;
const random = seededRandom(1, "recorded-noise");

/** Blocks drawn from those recorded; which of a pair is whose is drawn too, since both were the same limiter. */
function drawn(blocks: number): { readonly base: BlockMeasure[]; readonly other: BlockMeasure[] } {
  const base: BlockMeasure[] = [];
  const other: BlockMeasure[] = [];
  for (let block = 1; block <= blocks; block++) {
    const pair = pairs[Math.floor(random() * pairs.length)];
    if (pair === undefined) throw new RangeError("Nothing was recorded.");
    const [one, two] = random() < 0.5 ? pair : [pair[1], pair[0]];
    base.push({ block, numbers: one });
    other.push({ block, numbers: two });
  }
  return { base, other };
}

/** The numbers in which a difference is claimed. */
function claimedIn(base: readonly BlockMeasure[], other: readonly BlockMeasure[]): string[] {
  return differences(base, other, { margin: 0.05, comparisons: 1 }).flatMap((difference) =>
    difference.kind === "measured" && difference.claim !== "none"
      ? [`${difference.number} ${difference.claim}`]
      : [],
  );
}

const withMoreCpu = (blocks: readonly BlockMeasure[]): BlockMeasure[] =>
  blocks.map(({ block, numbers }) => ({
    block,
    numbers: { ...numbers, gatewayCpuUs: 1.2 * (numbers.gatewayCpuUs ?? Number.NaN) },
  }));

describe("with the noise of a busy machine, as recorded", () => {
  it("was recorded in every number that is compared", () => {
    expect(pairs.length).toBeGreaterThanOrEqual(8);
    for (const pair of pairs)
      for (const numbers of pair)
        for (const name of comparedNumbers) expect(numbers[name]).toBeGreaterThan(0);
  });

  it("the reference beside itself shows no difference in twenty tries", () => {
    for (let attempt = 0; attempt < 20; attempt++) {
      const { base, other } = drawn(fewestPairs);
      expect(claimedIn(base, other)).toEqual([]);
    }
  });

  it("and in many more tries no more often than the level says", () => {
    const tries = 1_000;
    let wrong = 0;
    for (let attempt = 0; attempt < tries; attempt++) {
      const { base, other } = drawn(fewestPairs);
      if (claimedIn(base, other).length > 0) wrong++;
    }
    expect(wrong / tries).toBeLessThanOrEqual(0.05);
  });

  it("finds a fifth more CPU of the gateway in nineteen of twenty tries with 60 blocks", () => {
    const tries = 200;
    let found = 0;
    for (let attempt = 0; attempt < tries; attempt++) {
      const { base, other } = drawn(60);
      if (claimedIn(base, withMoreCpu(other)).includes("gatewayCpuUs more")) found++;
    }
    expect(found / tries).toBeGreaterThanOrEqual(0.95);
  });
});
