import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Policy } from "../policy.ts";
import { slidingLog } from "./sliding-log.ts";
import { type SteppedRequest, steppedDecisions } from "./stepped-clock.ts";

const STARTED_US = 1_789_000_000_123_456;
const policies = fc.record({
  name: fc.constant("p"),
  limit: fc.constantFrom(1, 3, 7, 40),
  windowMs: fc.constantFrom(250, 1_500, 2_000),
});

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

const key = () => `test:sliding-log:${randomUUID()}`;
const decide = (policy: Policy, requests: readonly SteppedRequest[], on = key()) =>
  steppedDecisions(redis, slidingLog, policy, on, requests);

/** The definition, with the whole past and no cleverness; the clock of the key is explained at `slidingLog`. */
function model({ limit, windowMs }: Policy, requests: readonly SteppedRequest[]) {
  const windowUs = windowMs * 1_000;
  let offset = 0;
  let admitted: { stamp: number; cost: number }[] = [];
  return requests.map(({ atUs, cost }) => {
    const newest = admitted.at(-1)?.stamp ?? Number.NEGATIVE_INFINITY;
    if (atUs + offset < newest) offset = newest - atUs;
    const live = admitted.filter(({ stamp }) => stamp > atUs + offset - windowUs);
    const now = live.length === 0 ? atUs : atUs + offset;
    const sum = (entries: readonly { cost: number }[]) =>
      entries.reduce((total, entry) => total + entry.cost, 0);
    const allowed = sum(live) + cost <= limit;
    const waits = live.map(({ stamp }) => stamp + windowUs - now);
    const enough = waits.find((_, gone) => sum(live.slice(gone + 1)) + cost <= limit);
    if (allowed) {
      if (live.length === 0) offset = 0;
      live.push({ stamp: now, cost });
      admitted = live;
    }
    const used = sum(live);
    const resetUs = used === 0 ? 0 : (live[0]?.stamp ?? 0) + windowUs - now;
    return { allowed, remaining: limit - used, retryUs: allowed ? 0 : (enough ?? -1), resetUs };
  });
}

const requestsOf = (steps: fc.Arbitrary<number>) =>
  policies.chain((policy) =>
    fc
      .array(fc.tuple(steps, fc.integer({ min: 1, max: policy.limit + 1 }), fc.constantFrom(0, 1)), {
        maxLength: 60,
      })
      .map((raw) => {
        let atUs = STARTED_US;
        const requests = raw.map(([step, cost, heavy]) => {
          atUs += step;
          return { atUs, cost: heavy === 1 ? cost : 1 };
        });
        return { policy, requests };
      }),
  );

describe("slidingLog", () => {
  const forward = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 40_000 }),
    fc.constantFrom(1, 250_000, 1_500_000),
  );
  const anyway = fc.oneof(forward, fc.integer({ min: -3_000_000, max: -1 }), fc.constantFrom(-1, 60_000_000));

  it("decides as the definition does, to the microsecond, also when the clock steps back", async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(requestsOf(forward), requestsOf(anyway)), async ({ policy, requests }) => {
        const decisions = await decide(policy, requests);
        const seen = decisions.map(({ allowed, remaining, retryUs, resetUs }) => ({
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

  it("never holds more entries than its limit, and its key always expires, a window after the last admission", async () => {
    await fc.assert(
      fc.asyncProperty(requestsOf(anyway), async ({ policy, requests }) => {
        const { stateHorizonMs } = slidingLog.promises(policy);
        for (const { allowed, ttlMs, bytes } of await decide(policy, requests)) {
          expect(bytes).toBeLessThanOrEqual(41 + 11 * policy.limit);
          expect(ttlMs).toBeLessThanOrEqual(stateHorizonMs);
          if (allowed) expect(ttlMs).toBeGreaterThan(stateHorizonMs - 100);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("keeps its size in a flood of a thousand times its limit", async () => {
    const policy = { name: "p", limit: 100, windowMs: 1_000 };
    const on = key();
    const flood = Array.from({ length: 20_000 }, (_, i) => ({ atUs: STARTED_US + 200 * i, cost: 1 }));
    const decisions = await decide(policy, flood, on);
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(400);
    expect(await redis.memory("USAGE", on)).toBeLessThan(41 + 11 * 100 + 300);
    await redis.del(on);
  });

  it("admits after exactly the wait that it names, and not a microsecond sooner", async () => {
    await fc.assert(
      fc.asyncProperty(requestsOf(forward), async ({ policy, requests }) => {
        const decisions = await decide(policy, requests);
        const denied = decisions.findLastIndex(({ retryUs }) => retryUs > 0);
        const request = requests[denied];
        if (request === undefined) return;
        const before = requests.slice(0, denied + 1);
        const waitUs = decisions[denied]?.retryUs ?? 0;
        const retry = (wait: number) => [...before, { atUs: request.atUs + wait, cost: request.cost }];
        expect((await decide(policy, retry(waitUs))).at(-1)?.allowed).toBe(true);
        expect((await decide(policy, retry(waitUs - 1))).at(-1)?.allowed).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it("neither forgives nor starves when the clock steps an hour back", async () => {
    const policy = { name: "p", limit: 2, windowMs: 1_000 };
    const backUs = STARTED_US - 3_600_000_000;
    const decisions = await decide(policy, [
      { atUs: STARTED_US, cost: 2 },
      { atUs: backUs, cost: 1 },
      { atUs: backUs + 999_999, cost: 1 },
      { atUs: backUs + 1_000_000, cost: 2 },
      { atUs: backUs + 1_000_001, cost: 1 },
    ]);
    expect(decisions.map(({ allowed }) => allowed)).toEqual([true, false, false, true, false]);
  });

  it("keeps what was admitted when the limit is changed while the key lives", async () => {
    const on = key();
    const at = (offset: number, cost: number) => [{ atUs: STARTED_US + offset, cost }];
    await decide({ name: "p", limit: 7, windowMs: 1_500 }, [...at(0, 3), ...at(1, 3)], on);
    const lowered = await decide({ name: "p", limit: 3, windowMs: 1_500 }, at(2, 1), on);
    expect(lowered[0]).toMatchObject({ allowed: false, remaining: 0, retryUs: 1_499_999 });
    const raised = await decide({ name: "p", limit: 40, windowMs: 1_500 }, at(3, 34), on);
    expect(raised[0]).toMatchObject({ allowed: true, remaining: 0 });
    await redis.del(on);
  });
});
