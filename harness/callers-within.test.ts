import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { scenario as hostileKeys } from "../scenarios/hostile-keys.ts";
import { scenario as noisyNeighbour } from "../scenarios/noisy-neighbour.ts";
import { scenario as trickle } from "../scenarios/trickle.ts";
import { callersWithin } from "./callers-within.ts";
import { seededRandom } from "./load/random.ts";
import { Refusal } from "./refusal.ts";
import type { Scenario } from "./scenario.ts";

const policy = { name: "p", limit: 1_000, windowMs: 2_000 };

describe("callers within a rate", () => {
  it("are as many as it bears, and not one that asks beyond it", () => {
    const some = fc.record({
      ratePerSecond: fc.integer({ min: 1, max: 100_000 }),
      limit: fc.integer({ min: 1, max: 10_000 }),
      most: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(some, ({ ratePerSecond, limit, most }) => {
        const asked = { ratePerSecond, policy: { ...policy, limit }, limitsEach: 1.5, most };
        const each = (1.5 * 1_000 * limit) / policy.windowMs;
        const callers = callersWithin({ ...asked, fewest: 0 });
        expect(callers * each).toBeLessThanOrEqual(ratePerSecond + 1e-3);
        if (callers < most) expect((callers + 1) * each).toBeGreaterThan(ratePerSecond - 1e-3);
      }),
    );
  });

  it("are refused where the fewest are too many, and the rate and the limit that are named would do", () => {
    const asked = { policy, limitsEach: 1.5, most: 20, fewest: 2 };
    expect(() => callersWithin({ ...asked, ratePerSecond: 600 })).toThrow(
      new Refusal(
        "At --rate 600 this scenario proves nothing of a limit of 1000 in 2 s: give --rate 1500 or more, or with --command or --url --limit 400 or less.",
      ),
    );
    expect(callersWithin({ ...asked, ratePerSecond: 1_500 })).toBe(2);
    expect(callersWithin({ ...asked, ratePerSecond: 600, policy: { ...policy, limit: 400 } })).toBe(2);
  });
});

/** Requests a second in each judged phase of a story. */
function ratesOf(scenario: Scenario, ratePerSecond: number, limit: number, windowMs: number): number[] {
  const policies = [{ name: "p", limit, windowMs }];
  return scenario
    .phases({ ratePerSecond, stretch: 1, replicas: 1, policies })
    .flatMap((phase) => ("load" in phase && phase.role !== "warmup" ? [phase.load] : []))
    .map((load) => (1_000 * [...load.arrivals(seededRandom(1, "rate"))].length) / load.durationMs);
}

describe.each([
  ["trickle", trickle, 2],
  ["hostile-keys", hostileKeys, 3],
  ["noisy-neighbour", noisyNeighbour, 4],
] as const)("%s", (_, scenario, limitsNeeded) => {
  it.each([
    [600, 50, 1_000],
    [2_000, 1_000, 2_000],
    [10_000, 1_000, 2_000],
    [900, 30, 2_000],
  ])("sends no more than a rate of %i, at a limit of %i in %i ms", (ratePerSecond, limit, windowMs) => {
    const rates = ratesOf(scenario, ratePerSecond, limit, windowMs);
    expect(rates.length).toBeGreaterThan(0);
    for (const rate of rates) expect(rate).toBeLessThan(1.05 * ratePerSecond);
  });

  it("refuses a rate that proves nothing, and takes the one that it names", () => {
    const needed = (limitsNeeded * policy.limit * 1_000) / policy.windowMs;
    expect(() => ratesOf(scenario, needed - 1, policy.limit, policy.windowMs)).toThrow(
      `give --rate ${needed} or more`,
    );
    expect(ratesOf(scenario, needed, policy.limit, policy.windowMs).length).toBeGreaterThan(0);
  });
});
