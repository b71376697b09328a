import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { percentilesOf } from "./percentile.ts";

describe("percentiles", () => {
  it("are those of the sorted values, by nearest rank", () => {
    const values = fc.array(fc.oneof(fc.double({ noNaN: true }), fc.integer({ min: 0, max: 5 })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(values, fc.array(fc.integer({ min: 0, max: 100 })), (all, asked) => {
        const sorted = Float64Array.from(all).sort();
        const expected = asked.map((p) => sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)]);
        expect(percentilesOf(Float64Array.from(all), asked).map((x) => x + 0)).toEqual(
          expected.map((x = 0) => x + 0),
        );
      }),
    );
  });

  it("of nothing are no numbers", () =>
    expect(percentilesOf(new Float64Array(), [50])).toEqual([Number.NaN]));
});
