import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { falseConvictionBound } from "./false-conviction-bound.ts";

describe("the bound of the false-conviction rate", () => {
  it("is about three in so many runs where nobody was convicted", () => {
    expect(falseConvictionBound(1_000, 0) * 1_000).toBeCloseTo(2.99, 2);
    expect(falseConvictionBound(56_000, 0) * 56_000).toBeCloseTo(2.996, 2);
  });

  it("is that of the tables where somebody was", () => {
    expect(falseConvictionBound(100, 1)).toBeCloseTo(0.0466, 4);
    expect(falseConvictionBound(20, 3)).toBeCloseTo(0.3437, 4);
  });

  it("excludes nothing without runs, or where all were convicted", () => {
    expect(falseConvictionBound(0, 0)).toBe(1);
    expect(falseConvictionBound(7, 7)).toBe(1);
  });

  it("lies above what was seen, and falls with every run that acquits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.nat(20), (more, convictions) => {
        const runs = convictions + more;
        const bound = falseConvictionBound(runs, convictions);
        expect(bound).toBeGreaterThan(convictions / runs);
        expect(falseConvictionBound(runs + 1, convictions)).toBeLessThan(bound);
      }),
    );
  });
});
