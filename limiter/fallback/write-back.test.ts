import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgedCost } from "./cost-cells.ts";
import { createFallback, type Fallback, type FallbackAlgorithm } from "./fallback.ts";

const WINDOW_US = 1_000_000;
/** What the cells of two books may round an age by. */
const ROUNDED_US = (2 * WINDOW_US) / 64 + 1;
const LIMIT = 1_000;

interface Admitted {
  readonly atUs: number;
  readonly cost: number;
}

interface Step {
  readonly kind: "through Redis" | "outage";
  readonly afterUs: number;
  readonly charges: readonly { readonly afterUs: number; readonly cost: number }[];
}

const charge = fc.record({ afterUs: fc.nat(60_000), cost: fc.integer({ min: 1, max: 9 }) });
const stories: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom("through Redis" as const, "outage" as const),
    afterUs: fc.nat(200_000),
    charges: fc.array(charge, { minLength: 1, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
);

/** One key in one replica: what it admitted by the end, and what it then knows to write back. */
function play(local: Fallback, steps: readonly Step[]) {
  const admitted: Admitted[] = [];
  let nowUs = 10 * WINDOW_US;
  const learn = (cost: number, reserved: boolean) => {
    local.learn("alice", { remaining: 500, admitted: cost, sentUs: nowUs, receivedUs: nowUs, reserved });
    admitted.push({ atUs: nowUs, cost });
  };
  for (const { kind, afterUs, charges } of steps) {
    nowUs += afterUs;
    if (kind === "outage") local.lost(nowUs);
    for (const { afterUs: waitUs, cost } of charges) {
      nowUs += waitUs;
      if (kind === "through Redis") learn(cost, false);
      else if (local.decide("alice", cost, nowUs).allowed) admitted.push({ atUs: nowUs, cost });
    }
    if (kind === "through Redis") continue;
    local.recovered(nowUs);
    for (const _ of local.repairs(nowUs, 9));
    nowUs += 5_000;
    if (local.gate("alice", 1, nowUs).allowed) learn(1, true);
    local.forget(nowUs);
  }
  const told = [...local.everything(nowUs, 9)].flatMap(({ repairs }) => repairs);
  return { admitted, nowUs, told: told.flatMap(({ entries }) => entries) };
}

const sumOf = (costs: readonly { readonly cost: number }[]) => costs.reduce((sum, { cost }) => sum + cost, 0);
const agesOf = (told: readonly AgedCost[]) => told.map(({ ageUs }) => ageUs);

const ALGORITHMS: readonly FallbackAlgorithm[] = ["sliding-log", "sliding-counter", "fixed-window"];

describe.each(ALGORITHMS)("what %s writes into a Redis that has lost its data", (algorithm) => {
  const fresh = () =>
    createFallback({
      policy: { name: "p", limit: LIMIT, windowMs: 1_000 },
      algorithm,
      replicaIndex: 0,
      replicaCount: 1,
    });

  it("is oldest first, and all that is live, whatever outages there were", () => {
    fc.assert(
      fc.property(stories, (steps) => {
        const { admitted, nowUs, told } = play(fresh(), steps);
        expect(agesOf(told)).toEqual(agesOf(told).toSorted((a, b) => b - a));
        const since = (us: number) => sumOf(admitted.filter(({ atUs }) => atUs > us));
        expect(sumOf(told)).toBeGreaterThanOrEqual(since(nowUs - WINDOW_US));
        expect(sumOf(told)).toBeLessThanOrEqual(since(nowUs - WINDOW_US - ROUNDED_US));
      }),
      { numRuns: 300 },
    );
  });

  it("has what was admitted alone among what went through Redis before and after", () => {
    const { told } = play(fresh(), [
      { kind: "through Redis", afterUs: 0, charges: [{ afterUs: 0, cost: 4 }] },
      { kind: "outage", afterUs: 100_000, charges: [{ afterUs: 50_000, cost: 3 }] },
      { kind: "through Redis", afterUs: 200_000, charges: [{ afterUs: 0, cost: 2 }] },
    ]);
    expect(told).toEqual([
      { ageUs: 355_000, cost: 4 },
      { ageUs: 200_000, cost: 4 },
      { ageUs: 0, cost: 2 },
    ]);
  });
});
