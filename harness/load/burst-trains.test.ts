import { expect, test } from "vitest";
import { burstTrains } from "./burst-trains.ts";
import { seededRandom } from "./random.ts";

test("bursts come at 10,000 a second, between them it is silent", () => {
  const load = burstTrains({
    ratePerSecond: 10_000,
    burstMs: 100,
    everyMs: 400,
    durationMs: 1200,
    keys: () => "a",
  });
  const slots = Array.from({ length: 12 }, () => 0);
  for (const { atMs } of load.arrivals(seededRandom(1)))
    slots[Math.floor(atMs / 100)] = (slots[Math.floor(atMs / 100)] ?? 0) + 1;
  expect(slots).toEqual([1000, 0, 0, 0, 1000, 0, 0, 0, 1000, 0, 0, 0]);
});

test("a burst longer than its period is refused", () => {
  const options = { ratePerSecond: 1, everyMs: 10, durationMs: 100, keys: () => "a" };
  expect(() => burstTrains({ ...options, burstMs: 11 })).toThrow(
    /burstMs \(11\) must not be above everyMs \(10\)/,
  );
});
