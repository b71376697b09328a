import { expect, test } from "vitest";
import { constant } from "./constant.ts";
import { seededRandom } from "./random.ts";
import { weightedReplicas } from "./weighted-replicas.ts";
import { zipfKeys } from "./zipf-keys.ts";

const load = constant({ ratePerSecond: 10_000, durationMs: 2_000, keys: zipfKeys({ tailKeys: 60 }) });
const moved = weightedReplicas(load, [
  { fromMs: 0, shares: [0.8, 0.1, 0.1] },
  { fromMs: 1_000, shares: [0, 0.5, 0.5] },
]);
const drawn = () => [...moved.arrivals(seededRandom(1))];

test("each replica gets its share of the requests, before the change and after it", () => {
  const share = (replica: number, isAfter: boolean) => {
    const some = drawn().filter(({ atMs }) => atMs >= 1_000 === isAfter);
    return some.filter((arrival) => arrival.replica === replica).length / some.length;
  };
  expect(share(0, false)).toBeCloseTo(0.8, 1);
  expect(share(1, false)).toBeCloseTo(0.1, 1);
  expect(share(0, true)).toBe(0);
  expect(share(2, true)).toBeCloseTo(0.5, 1);
});

test("the same seed leads every request to the same replica", () => {
  expect(drawn()).toEqual(drawn());
});

test("arrivals keep their order and their number", () => {
  const times = drawn().map(({ atMs }) => atMs);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times).toHaveLength([...load.arrivals(seededRandom(1))].length);
});
