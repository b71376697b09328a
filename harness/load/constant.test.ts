import { expect, test } from "vitest";
import { constant } from "./constant.ts";
import { seededRandom } from "./random.ts";

test("a rate of 10,000 a second puts ten arrivals into each millisecond", () => {
  const arrivals = [
    ...constant({ ratePerSecond: 10_000, durationMs: 50, keys: () => "a" }).arrivals(seededRandom(1)),
  ];
  expect(arrivals).toHaveLength(500);
  const perMs = Map.groupBy(arrivals, ({ atMs }) => Math.floor(atMs + 1e-9));
  expect([...perMs.values()].every(({ length }) => length === 10)).toBe(true);
});

test("a rate of 0, a negative length and nonsense are refused by name", () => {
  const keys = () => "a";
  expect(() => constant({ ratePerSecond: 0, durationMs: 1, keys })).toThrow(/ratePerSecond.*above 0, not 0/);
  expect(() => constant({ ratePerSecond: 1, durationMs: -5, keys })).toThrow(/durationMs.*not -5/);
  expect(() => constant({ ratePerSecond: Number.NaN, durationMs: 1, keys })).toThrow(RangeError);
});
