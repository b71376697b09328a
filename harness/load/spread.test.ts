import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { spread } from "./spread.ts";

test("at no time does one replica have two requests more than another", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), (replicas, seed) => {
      const next = spread(replicas, seededRandom(seed));
      const counts = Array.from({ length: replicas }, () => 0);
      for (let i = 0; i < 100; i++) {
        const replica = next();
        counts[replica] = (counts[replica] ?? 0) + 1;
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
      }
    }),
  );
});

test("keys that take turns still reach every replica", () => {
  const next = spread(2, seededRandom(1));
  const met = new Set(Array.from({ length: 100 }, (_, i) => `${i % 2}/${next()}`));
  expect(met.size).toBe(4);
});
