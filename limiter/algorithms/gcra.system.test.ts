import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Policy } from "../policy.ts";
import { gcra } from "./gcra.ts";
import { type SteppedRequest, steppedDecisions } from "./stepped-clock.ts";

const STARTED_US = 1_789_000_000_123_456;
const policies: fc.Arbitrary<Policy> = fc
  .record({
    limit: fc.constantFrom(1, 3, 7, 300, 1_500),
    windowMs: fc.constantFrom(250, 1_000, 1_500, 60_000),
    burst: fc.constantFrom(0, 1, 5, 1_000),
  })
  .map(({ limit, windowMs, burst }) => ({ name: "p", limit, windowMs, ...(burst === 0 ? {} : { burst }) }));

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

const key = () => `test:gcra:${randomUUID()}`;
const decide = (policy: Policy, requests: readonly SteppedRequest[], on = key()) =>
  steppedDecisions(redis, gcra, policy, on, requests);

/** A leaky bucket in rationals: the debt is a whole number of 1 / windowUs of a cost. */
function model({ limit, windowMs, burst = limit }: Policy, requests: readonly SteppedRequest[]) {
  const unit = BigInt(windowMs) * 1_000n;
  const leak = BigInt(limit);
  const capacity = BigInt(burst) * unit;
  const ceil = (a: bigint, b: bigint) => (a + b - 1n) / b;
  let debt = 0n;
  let stamp: number | undefined;
  return requests.map(({ atUs, cost }) => {
    if (stamp !== undefined && atUs < stamp) stamp = atUs;
    const leaked = BigInt(atUs - (stamp ?? atUs)) * leak;
    let now = debt > leaked ? debt - leaked : 0n;
    const excess = now + BigInt(cost) * unit - capacity;
    const allowed = excess <= 0n;
    if (allowed) {
      now += BigInt(cost) * unit;
      debt = now;
      stamp = atUs;
    }
    const remaining = (capacity - now) / unit;
    return {
      allowed,
      remaining: Number(remaining),
      retryUs: allowed ? 0 : cost > burst ? -1 : Number(ceil(excess, leak)),
      resetUs: now === 0n ? 0 : Number(ceil((remaining + 1n) * unit - (capacity - now), leak)),
    };
  });
}

const schedules = policies.chain((policy) => {
  const { limit, windowMs, burst = limit } = policy;
  const paceUs = Math.ceil((windowMs * 1_000) / limit);
  const step = fc.oneof(
    fc.integer({ min: 0, max: 2 * paceUs }),
    fc.constantFrom(0, 1, paceUs - 1, paceUs, windowMs * 1_000, 10 * windowMs * 1_000, 31_536_000_000_000),
    fc.integer({ min: -3_000_000, max: -1 }),
  );
  const cost = fc.oneof(fc.constant(1), fc.integer({ min: 1, max: burst + 1 }));
  return fc.array(fc.tuple(step, cost), { maxLength: 60 }).map((raw) => {
    let atUs = STARTED_US;
    return {
      policy,
      requests: raw.map(([by, spent]) => {
        atUs += by;
        return { atUs, cost: spent };
      }),
    };
  });
});

describe("gcra", () => {
  it("decides as rationals do, to the microsecond, also when the clock steps back", async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async ({ policy, requests }) => {
        const seen = (await decide(policy, requests)).map(({ allowed, remaining, retryUs, resetUs }) => ({
          allowed,
          remaining,
          retryUs,
          resetUs,
        }));
        expect(seen).toEqual(model(policy, requests));
      }),
      { numRuns: 400 },
    );
  });

  it("leaves only keys that expire when their debt is paid", async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async ({ policy, requests }) => {
        const { stateHorizonMs } = gcra.promises(policy);
        for (const { allowed, ttlMs } of await decide(policy, requests)) {
          if (allowed) expect(ttlMs).toBeGreaterThan(0);
          expect(ttlMs).toBeLessThanOrEqual(stateHorizonMs);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps a steady 300 a second and 1,500 a second exact, where a rounded interval cannot", async () => {
    for (const limit of [300, 1_500]) {
      const policy = { name: "p", limit, windowMs: 1_000, burst: 1 };
      const requests = Array.from({ length: 10_000 }, (_, i) => ({ atUs: STARTED_US + i * 333, cost: 1 }));
      const admitted = (await decide(policy, requests)).filter(({ allowed }) => allowed).length;
      const pace = Math.ceil(1_000_000 / limit / 333) * 333;
      expect(admitted).toBe(Math.ceil((10_000 * 333) / pace));
    }
  });

  it("neither forgives nor starves when the clock steps an hour back", async () => {
    const policy = { name: "p", limit: 2, windowMs: 1_000 };
    const backUs = STARTED_US - 3_600_000_000;
    const decisions = await decide(policy, [
      { atUs: STARTED_US, cost: 2 },
      { atUs: backUs, cost: 1 },
      { atUs: backUs + 499_999, cost: 1 },
      { atUs: backUs + 500_000, cost: 1 },
    ]);
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, false, false, true]);
  });

  it("keeps the debt when the policy is changed while the key lives", async () => {
    const on = key();
    await decide({ name: "p", limit: 10, windowMs: 1_000 }, [{ atUs: STARTED_US, cost: 8 }], on);
    const changed = { name: "p", limit: 7, windowMs: 3_000, burst: 10 };
    const [decision] = await decide(changed, [{ atUs: STARTED_US, cost: 1 }], on);
    expect(decision).toMatchObject({ allowed: true, remaining: 1 });
    await redis.del(on);
  });
});
