import { expect, test } from "vitest";
import { constant } from "./constant.ts";
import { merged } from "./merged.ts";
import { seededRandom } from "./random.ts";
import { sequence } from "./sequence.ts";
import { zipfKeys } from "./zipf-keys.ts";

const slow = constant({ ratePerSecond: 10, durationMs: 1000, keys: () => "slow" });
const fast = constant({ ratePerSecond: 100, durationMs: 300, keys: () => "fast" });

test("merged loads keep every arrival", () => {
  const all = [...merged(slow, fast).arrivals(seededRandom(1))];
  expect(all.filter(({ key }) => key === "slow")).toHaveLength(10);
  expect(all.filter(({ key }) => key === "fast")).toHaveLength(30);
});

test("what one load draws does not depend on the other", () => {
  const tail = constant({ ratePerSecond: 100, durationMs: 500, keys: zipfKeys({ tailKeys: 99 }) });
  const drawn = (...others: (typeof slow)[]) =>
    Array.from(merged(tail, ...others).arrivals(seededRandom(5)))
      .map(({ key }) => key)
      .filter((key) => key.startsWith("tail-"));
  expect(drawn(fast)).toEqual(drawn(slow, fast));
});

test("a sequence begins each load where the one before ends", () => {
  const both = sequence(fast, slow);
  const all = [...both.arrivals(seededRandom(1))];
  expect(both.durationMs).toBe(1300);
  expect(all.findIndex(({ key }) => key === "slow")).toBe(30);
  expect(all[30]?.atMs).toBe(300);
});
