import fc from "fast-check";
import { expect, test } from "vitest";
import { poisson } from "./poisson.ts";
import { seededRandom } from "./random.ts";

const load = poisson({ ratePerSecond: 1000, durationMs: 20_000, keys: () => "a" });
const instants = (seed: number) => Array.from(load.arrivals(seededRandom(seed)), ({ atMs }) => atMs);

test("the count lies within five standard deviations of the rate, for any seed", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      expect(Math.abs(instants(seed).length - 20_000)).toBeLessThan(5 * Math.sqrt(20_000));
    }),
    { numRuns: 20 },
  );
});

test("gaps are exponential: as many as 1/e of them are longer than the mean", () => {
  const all = instants(7);
  const long = all.filter((atMs, i) => atMs - (all[i - 1] ?? 0) > 1).length;
  expect(long / all.length).toBeCloseTo(Math.exp(-1), 1);
});

test("another seed gives another stream", () => {
  expect(instants(1)).not.toEqual(instants(2));
});
