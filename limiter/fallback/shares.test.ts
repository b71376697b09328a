import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { floorOfRatio, shareOf } from "./shares.ts";

const sharesOf = (total: number, replicaCount: number, minimumShare: 0 | 1) =>
  Array.from({ length: replicaCount }, (_, replicaIndex) =>
    shareOf(total, { replicaIndex, replicaCount, minimumShare }),
  );
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe("shareOf", () => {
  it("divides a limit without rest, as evenly as whole numbers can", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2 ** 40 }),
        fc.integer({ min: 1, max: 50 }),
        (limit, replicas) => {
          const shares = sharesOf(limit, replicas, 0);
          expect(sum(shares)).toBe(limit);
          expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it("lets every replica admit one if that is the minimum", () => {
    expect(sharesOf(2, 4, 1)).toEqual([1, 1, 1, 1]);
    expect(sharesOf(2, 4, 0)).toEqual([1, 1, 0, 0]);
  });
});

it("floorOfRatio is exact beyond 2^53", () => {
  const whole = fc.integer({ min: 1, max: 2 ** 45 });
  fc.assert(
    fc.property(whole, whole, whole, (a, b, c) => {
      fc.pre((BigInt(a) * BigInt(b)) / BigInt(c) < 2n ** 53n);
      expect(floorOfRatio(a, b, c)).toBe(Number((BigInt(a) * BigInt(b)) / BigInt(c)));
    }),
  );
});
