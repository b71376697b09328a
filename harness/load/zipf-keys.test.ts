import { expect, test } from "vitest";
import { seededRandom } from "./random.ts";
import { weightedIndex, weightedKeys } from "./weighted-keys.ts";
import { zipfKeys } from "./zipf-keys.ts";

function countsOf(draw: (random: () => number) => string, draws: number): Map<string, number> {
  const random = seededRandom(3);
  const counts = new Map<string, number>();
  for (let i = 0; i < draws; i++) {
    const key = draw(random);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

test("hot keys get their shares, and the tail falls as rank to the minus exponent", () => {
  const draws = 200_000;
  const counts = countsOf(
    zipfKeys({
      hot: [
        { key: "a", share: 0.4 },
        { key: "b", share: 0.1 },
      ],
      tailKeys: 1000,
      exponent: 1.1,
    }),
    draws,
  );
  const shareOf = (key: string) => (counts.get(key) ?? 0) / draws;
  expect(shareOf("a")).toBeCloseTo(0.4, 2);
  expect(shareOf("b")).toBeCloseTo(0.1, 2);
  expect(shareOf("tail-1") / shareOf("tail-8")).toBeGreaterThan(8 ** 1.1 * 0.8);
  expect(shareOf("tail-1") / shareOf("tail-8")).toBeLessThan(8 ** 1.1 * 1.2);
});

test("a million keys are no burden", () => {
  expect(countsOf(zipfKeys({ tailKeys: 1_000_000 }), 1000).size).toBeGreaterThan(100);
});

test("an exponent of 0 is an even spread", () => {
  const counts = countsOf(zipfKeys({ tailKeys: 4, exponent: 0 }), 40_000);
  for (const count of counts.values()) expect(count / 10_000).toBeCloseTo(1, 1);
});

test("the ends of [0, 1) fall on the first and on the last index with a share", () => {
  const draw = weightedIndex([0.25, 0.75, 0]);
  expect(draw(0)).toBe(0);
  expect(draw(0.2499)).toBe(0);
  expect(draw(0.25)).toBe(1);
  expect(draw(1 - 2 ** -53)).toBe(1);
});

test("shares that do not add up are refused", () => {
  expect(() => weightedKeys([{ key: "a", share: 0.9 }])).toThrow(/add up to 1, not 0.9/);
  expect(() =>
    weightedKeys([
      { key: "a", share: 1.5 },
      { key: "b", share: -0.5 },
    ]),
  ).toThrow(/not -0.5/);
  expect(() => zipfKeys({ hot: [{ key: "a", share: 1 }], tailKeys: 1 })).toThrow(/leave nothing to the tail/);
});
