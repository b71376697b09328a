import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededRandom } from "../load/random.ts";
import { pairedInterval } from "./paired-interval.ts";

const random = seededRandom(1, "paired-interval");

/** Ratios around a true median, with noise that is skewed and now and then wild, as a busy machine's is. */
function noisyRatios(median: number, count: number): number[] {
  return Array.from({ length: count }, () => {
    const unit = random();
    const size = unit < 0.5 ? -0.1 * (0.5 - unit) : 0.4 * (unit - 0.5) ** 2;
    return median * Math.exp(random() < 0.1 ? 20 * size : size);
  });
}

describe("the paired interval", () => {
  it.each([
    [20, 0.95],
    [20, 0.998],
    [41, 0.95],
  ])("holds the true median of %i pairs at least as often as its level %d says", (count, level) => {
    const tries = 4_000;
    let held = 0;
    for (let i = 0; i < tries; i++) {
      const interval = pairedInterval(noisyRatios(1.3, count), level);
      if (interval !== null && interval.low <= 1.3 && interval.high >= 1.3) held++;
    }
    const chance = 3 * Math.sqrt((level * (1 - level)) / tries);
    expect(held / tries).toBeGreaterThanOrEqual(level - chance);
  });

  it("is none where so few pairs can never be so certain", () => {
    expect(pairedInterval([1, 1, 1, 1, 1], 0.95)).toBeNull();
    expect(pairedInterval([1, 1, 1, 1, 1, 1], 0.95)).not.toBeNull();
    expect(pairedInterval([], 0.5)).toBeNull();
  });

  it("is turned over when the pairs are", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 6 }), (ratios) => {
        const one = pairedInterval(ratios, 0.95);
        const other = pairedInterval(
          ratios.map((ratio) => 1 / ratio),
          0.95,
        );
        expect(other?.low).toBeCloseTo(1 / (one?.high ?? 0), 9);
        expect(other?.high).toBeCloseTo(1 / (one?.low ?? 0), 9);
        expect(one?.low).toBeLessThanOrEqual(one?.median ?? 0);
        expect(one?.high).toBeGreaterThanOrEqual(one?.median ?? 0);
      }),
    );
  });

  it("does not move far for one disturbed pair", () => {
    const calm = Array.from({ length: 20 }, (_, i) => 1 + i / 1_000);
    const disturbed = [...calm.slice(0, -1), 1_000];
    expect(pairedInterval(disturbed, 0.95)).toEqual(pairedInterval(calm, 0.95));
  });
});
