import { describe, expect, it } from "vitest";
import { predictionBound } from "./prediction-bound.ts";
import { studentQuantile } from "./student-quantile.ts";

describe("the quantile of Student's t", () => {
  it.each([
    [0.25, 1, 1],
    [0.05, 1, 6.3138],
    [0.05, 2, 2.92],
    [0.01, 3, 4.5407],
    [0.025, 4, 2.7764],
    [0.001, 5, 5.8934],
    [0.0005, 9, 4.7809],
    [0.005, 10, 3.1693],
    [0.05, 120, 1.6577],
  ])("for a tail of %f and %i degrees of freedom is the table's %f", (tail, degrees, value) => {
    expect(studentQuantile(tail, degrees)).toBeCloseTo(value, 3);
  });
});

describe("a prediction bound", () => {
  it("lies the further out the fewer values are known, and the nearer the more are averaged", () => {
    const bound = (values: readonly number[], runs: number) =>
      predictionBound(values, { falseAlarmShare: 0.01, runs }).bound;
    expect(bound([1, 2, 3], 1)).toBeGreaterThan(bound([1, 2, 3, 1, 2, 3], 1));
    expect(bound([1, 2, 3], 3)).toBeLessThan(bound([1, 2, 3], 1));
  });

  it("of values that never differed is what they were", () => {
    expect(predictionBound([4, 4, 4], { falseAlarmShare: 0.001, runs: 1 })).toEqual({
      mean: 4,
      spread: 0,
      bound: 4,
    });
  });
});
