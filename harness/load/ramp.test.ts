import fc from "fast-check";
import { expect, test } from "vitest";
import { ramp } from "./ramp.ts";
import { seededRandom } from "./random.ts";

test("the count up to each instant is the integral of the rate, give or take one", () => {
  const rate = fc.integer({ min: 1, max: 5000 });
  fc.assert(
    fc.property(rate, rate, (from, to) => {
      const load = ramp({ fromRatePerSecond: from, toRatePerSecond: to, durationMs: 1000, keys: () => "a" });
      const arrivals = [...load.arrivals(seededRandom(1))];
      for (const untilMs of [250, 500, 1000]) {
        const seconds = untilMs / 1000;
        const expected = from * seconds + ((to - from) * seconds * seconds) / 2;
        const count = arrivals.filter(({ atMs }) => atMs < untilMs).length;
        expect(Math.abs(count - expected)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
