import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keepDeciding } from "./keep-deciding.ts";
import { ALGORITHMS, type AlgorithmName, type LimiterPolicy } from "./limiter-options.ts";
import type { RequestLimits } from "./middleware/asked-limiter.ts";
import { questions } from "./questions.ts";

const algorithms = Object.keys(ALGORITHMS) as AlgorithmName[];

/** One of `count` processes, to which Redis does not answer. */
function alone(
  policy: LimiterPolicy,
  algorithm: AlgorithmName,
  count: number,
  others: readonly LimiterPolicy[] = [],
) {
  const policies = [policy, ...others];
  const put = questions(policies, { algorithm, prefix: "test" });
  const without = keepDeciding({
    policies,
    algorithm,
    put,
    replica: { index: 0, count },
    gateMs: 0,
    add() {},
    onKeys() {},
    onRepaired() {},
  });
  without.lost(performance.now(), 0);
  return (cost: number, plan?: RequestLimits[string]) => {
    const rows = put.rowsOf(plan === undefined ? undefined : { p: plan });
    const told = { answered() {}, failed() {}, turnedOut() {} };
    const asking = { mode: "decide", cost, keys: put.keysOf("alice"), rows, ...told } as const;
    return without.decide(asking, performance.now());
  };
}

describe("without Redis", () => {
  it("never is said of a cost exactly if Redis never admits it", () => {
    const whole = fc.integer({ min: 1, max: 60 });
    const perhaps = fc.option(whole, { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({
          algorithm: fc.constantFrom(...algorithms),
          isNamed: fc.boolean(),
          count: fc.constantFrom(1, 3),
        }),
        fc.record({ limit: whole, burst: perhaps, own: perhaps, ownBurst: perhaps }),
        fc.integer({ min: 1, max: 80 }),
        ({ algorithm, isNamed, count }, { limit, own, ...sizes }, cost) => {
          const { burst, ownBurst } = ALGORITHMS[algorithm].takesBurst
            ? sizes
            : { burst: undefined, ownBurst: undefined };
          const policy: LimiterPolicy = {
            name: "p",
            limit,
            windowMs: 60_000,
            ...(burst === undefined ? {} : { burst }),
            ...(isNamed ? { algorithm } : {}),
          };
          const decide = alone(policy, algorithm, count);
          const { retryAfterMs, quotas } = decide(cost, { limit: own, burst: ownBurst });
          const most = ownBurst ?? own ?? burst ?? limit;
          expect(retryAfterMs === Number.POSITIVE_INFINITY).toBe(cost > most);
          expect(quotas[0]?.retryAfterMs).toBe(retryAfterMs);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("names the policy with the longest wait as it is told, where each would admit it never alone", () => {
    const day: LimiterPolicy = { name: "day", limit: 3, windowMs: 86_400_000 };
    const decide = alone({ name: "second", limit: 3, windowMs: 1_000 }, "sliding-log", 3, [day]);
    expect(decide(1)).toMatchObject({ outcome: "allowed" });
    expect(decide(2)).toMatchObject({ outcome: "denied", policy: "day", retryAfterMs: day.windowMs });
  });

  it("a cost above the share of a bucket, but within its burst, is worth another try", () => {
    const decide = alone({ name: "p", limit: 10, windowMs: 1_000, burst: 100 }, "gcra", 3);
    expect(decide(50)).toMatchObject({ outcome: "denied", source: "local", retryAfterMs: 1_000 });
    expect(decide(101)).toMatchObject({ outcome: "denied", retryAfterMs: Number.POSITIVE_INFINITY });
  });

  it("a cost is measured by the plan of whoever asks, not by the policy", () => {
    const decide = alone({ name: "p", limit: 100, windowMs: 1_000 }, "sliding-log", 3);
    expect(decide(500, { limit: 1_000 })).toMatchObject({ outcome: "denied", retryAfterMs: 1_000 });
    expect(decide(50, { limit: 10 })).toMatchObject({
      outcome: "denied",
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
  });
});
