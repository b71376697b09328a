import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ALGORITHMS } from "../limiter-options.ts";
import type { Policy } from "../policy.ts";
import type { Algorithm } from "./algorithm.ts";
import { burstOf } from "./gcra-rate.ts";
import { schedules } from "./schedules.ts";
import { answerOf, localAnswers } from "./stepped-clock.ts";

/** An admission. */
interface Spent {
  readonly atUs: bigint;
  readonly cost: bigint;
}

/** What the definition of an algorithm says is used at `atUs`, in units of 1 / windowUs: a rational without its line. */
type Used = (spent: readonly Spent[], policy: Policy, atUs: bigint) => bigint;

const sum = (spent: readonly Spent[]) => spent.reduce((total, { cost }) => total + cost, 0n);
const windowUsOf = ({ windowMs }: Policy) => BigInt(windowMs) * 1_000n;

const DEFINITIONS: Readonly<Record<keyof typeof ALGORITHMS, Used>> = {
  "sliding-log": (spent, policy, atUs) => {
    const windowUs = windowUsOf(policy);
    return sum(spent.filter((one) => one.atUs > atUs - windowUs)) * windowUs;
  },
  "sliding-counter": (spent, policy, atUs) => {
    const windowUs = windowUsOf(policy);
    const inWindow = (window: bigint) => sum(spent.filter((one) => one.atUs / windowUs === window));
    const window = atUs / windowUs;
    return inWindow(window - 1n) * (windowUs - (atUs % windowUs)) + inWindow(window) * windowUs;
  },
  gcra: (spent, policy, atUs) => {
    const leak = BigInt(policy.limit);
    let debt = 0n;
    let stampUs = 0n;
    for (const one of [...spent, { atUs, cost: 0n }]) {
      const left = debt - (one.atUs - stampUs) * leak;
      debt = (left > 0n ? left : 0n) + one.cost * windowUsOf(policy);
      stampUs = one.atUs;
    }
    return debt;
  },
  "fixed-window": (spent, policy, atUs) => {
    const windowUs = windowUsOf(policy);
    return sum(spent.filter((one) => one.atUs / windowUs === atUs / windowUs)) * windowUs;
  },
};

/** The least wait after which `holds`, which then stays so. */
function leastWait(horizonUs: bigint, holds: (waitUs: bigint) => boolean): number {
  let [low, high] = [-1n, horizonUs];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return Number(high);
}

/** Decides by the definition alone: the whole past, rationals, and waits found by trying. */
function decisions(
  algorithm: Algorithm,
  used: Used,
  policy: Policy,
  steps: readonly { atUs: number; cost: number }[],
) {
  const unit = windowUsOf(policy);
  const capacity = BigInt(algorithm.name === "gcra" ? burstOf(policy) : policy.limit);
  const horizonUs = BigInt(algorithm.promises(policy).stateHorizonMs) * 1_000n;
  const spent: Spent[] = [];
  return steps.map(({ atUs, cost }) => {
    const nowUs = BigInt(atUs);
    const freeAfter = (waitUs: bigint) => capacity * unit - used(spent, policy, nowUs + waitUs);
    const fitsAfter = (waitUs: bigint) => BigInt(cost) * unit <= freeAfter(waitUs);
    const allowed = fitsAfter(0n);
    const retryUs = allowed ? 0 : BigInt(cost) > capacity ? -1 : leastWait(horizonUs, fitsAfter);
    if (allowed) spent.push({ atUs: nowUs, cost: BigInt(cost) });
    const free = freeAfter(0n);
    const remaining = free / unit;
    const resetUs =
      free === capacity * unit ? 0 : leastWait(horizonUs, (waitUs) => freeAfter(waitUs) / unit > remaining);
    return { allowed, remaining: Number(remaining), retryUs, resetUs, refunded: 0, merged: 0 };
  });
}

describe.each(Object.values(ALGORITHMS))("$name in memory", (algorithm) => {
  const definition = DEFINITIONS[algorithm.name as keyof typeof ALGORITHMS];

  it("decides as its definition does in rationals, to the microsecond", () => {
    fc.assert(
      fc.property(schedules(algorithm, { clock: "forward" }), ({ policy, steps }) => {
        expect(localAnswers(algorithm, policy, steps).map(answerOf)).toEqual(
          decisions(algorithm, definition, policy, steps),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("holds at most as many entries as its limit, and few if it counts", () => {
    const most =
      { "sliding-log": 100, "sliding-counter": 2, gcra: 1, "fixed-window": 1 }[algorithm.name] ?? 0;
    const state = algorithm.local({ name: "p", limit: 100, windowMs: 250 });
    for (let atUs = 0; atUs < 1_000_000; atUs += 100) {
      state.decide(atUs, 1);
      expect(state.entries()).toBeLessThanOrEqual(most);
    }
  });
});
