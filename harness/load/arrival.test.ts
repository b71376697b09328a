import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Load } from "./arrival.ts";
import { burstTrains } from "./burst-trains.ts";
import { constant } from "./constant.ts";
import { merged } from "./merged.ts";
import { poisson } from "./poisson.ts";
import { ramp } from "./ramp.ts";
import { seededRandom } from "./random.ts";
import { sequence } from "./sequence.ts";
import { windowEdge } from "./window-edge.ts";
import { zipfKeys } from "./zipf-keys.ts";

const keys = zipfKeys({ hot: [{ key: "hot", share: 0.3 }], tailKeys: 50 });
const rate = fc.double({ min: 0.1, max: 5000, noNaN: true });
const lengthMs = fc.double({ min: 0.1, max: 1000, noNaN: true });

const shapes: Record<string, fc.Arbitrary<Load>> = {
  constant: fc.record({ ratePerSecond: rate, durationMs: lengthMs, keys: fc.constant(keys) }).map(constant),
  poisson: fc.record({ ratePerSecond: rate, durationMs: lengthMs, keys: fc.constant(keys) }).map(poisson),
  ramp: fc
    .record({ fromRatePerSecond: rate, toRatePerSecond: rate, durationMs: lengthMs, keys: fc.constant(keys) })
    .map(ramp),
  burstTrains: fc
    .record({ ratePerSecond: rate, burstMs: lengthMs, gapMs: lengthMs, durationMs: lengthMs })
    .map(({ gapMs, ...rest }) => burstTrains({ ...rest, everyMs: rest.burstMs + gapMs, keys })),
  windowEdge: fc
    .record({ requests: fc.integer({ min: 1, max: 200 }), burstMs: lengthMs, guardMs: lengthMs })
    .map((options) =>
      windowEdge({
        ...options,
        windowMs: 2 * (options.burstMs + options.guardMs) + 1,
        keys: ["a", "b", "c"],
      }),
    ),
};
shapes.merged = fc.array(fc.oneof(...Object.values(shapes)), { maxLength: 4 }).map((all) => merged(...all));
shapes.sequence = fc
  .array(fc.oneof(...Object.values(shapes)), { maxLength: 4 })
  .map((all) => sequence(...all));

describe.each(Object.entries(shapes))("every load: %s", (_name, shape) => {
  test("arrivals are in order and inside [0, durationMs)", () => {
    fc.assert(
      fc.property(shape, fc.integer(), (load, seed) => {
        let lastMs = 0;
        for (const { atMs } of load.arrivals(seededRandom(seed))) {
          expect(atMs).toBeGreaterThanOrEqual(lastMs);
          expect(atMs).toBeLessThan(load.durationMs);
          lastMs = atMs;
        }
      }),
      { numRuns: 50 },
    );
  });

  test("the same seed gives the same stream", () => {
    fc.assert(
      fc.property(shape, fc.integer(), (load, seed) => {
        expect([...load.arrivals(seededRandom(seed))]).toEqual([...load.arrivals(seededRandom(seed))]);
      }),
      { numRuns: 20 },
    );
  });
});
