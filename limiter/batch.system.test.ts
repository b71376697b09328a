import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createLimiter } from "./limiter.ts";
import { ALGORITHMS, type AlgorithmName, type LimiterPolicy } from "./limiter-options.ts";

const HOUR_MS = 3_600_000;
const algorithms = Object.keys(ALGORITHMS) as AlgorithmName[];

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

async function limiterOf(...policies: LimiterPolicy[]) {
  const prefix = `test-batch-${randomUUID()}`;
  const limiter = createLimiter({ redis: inject("redisUrl"), policies, prefix, deadlineMs: 5_000 });
  expect(await limiter.connected(5_000)).toBe(true);
  return Object.assign(limiter, {
    prefix,
    async [Symbol.asyncDispose]() {
      await limiter.close();
      const left = await redis.keys(`${prefix}:*`);
      if (left.length > 0) await redis.del(left);
    },
  });
}

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

/** How often Redis has run a script. */
async function scriptRuns(): Promise<number> {
  const info = await redis.info("commandstats");
  return [...info.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
}

describe("a batch", () => {
  it("is one run of the script for what is asked in one turn, up to 48", async () => {
    await using limiter = await limiterOf({ name: "p", limit: 1_000, windowMs: HOUR_MS });
    for (const [asked, runs] of [
      [1, 1],
      [48, 1],
      [100, 3],
    ] as const) {
      const before = await scriptRuns();
      await Promise.all(times(asked, (i) => limiter.decide(`subject ${i}`)));
      expect((await scriptRuns()) - before).toBe(runs);
    }
  });

  for (const algorithm of algorithms) {
    it(`mixes all that can be asked, in the order in which it was asked (${algorithm})`, async () => {
      await using limiter = await limiterOf({ name: "p", limit: 10, windowMs: HOUR_MS, algorithm });
      const before = await scriptRuns();
      const [first, denied, seen, refunded, again, more, forgotten, fresh] = await Promise.all([
        limiter.decide("alice", 8),
        limiter.decide("alice", 3),
        limiter.peek("alice", 3),
        limiter.refund("alice", 2),
        limiter.decide("alice", 3),
        limiter.decide("alice", 3, { limits: { p: { limit: 20 } } }),
        limiter.reset("alice"),
        limiter.decide("alice", 1),
      ]);
      expect((await scriptRuns()) - before).toBe(1);
      expect(
        [first, denied, seen, again, more, fresh].map(({ outcome, remaining }) => [outcome, remaining]),
      ).toEqual([
        ["allowed", 2],
        ["denied", 2],
        ["denied", 2],
        ["allowed", 1],
        ["allowed", 8],
        ["allowed", 9],
      ]);
      expect([refunded, forgotten]).toEqual([true, true]);
    });
  }

  it("decides by a subject for each policy, all or none", async () => {
    await using limiter = await limiterOf(
      { name: "user", by: "user", limit: 5, windowMs: HOUR_MS },
      { name: "tenant", by: "tenant", limit: 8, windowMs: HOUR_MS, algorithm: "gcra" },
    );
    const users = ["ann", "ben", "cyd"];
    const decisions = await Promise.all(
      times(12, (i) => limiter.decide({ user: users[i % 3] ?? "", tenant: "acme" })),
    );
    expect(decisions.map(({ outcome }) => outcome)).toEqual([
      ...times(8, () => "allowed"),
      ...times(4, () => "denied"),
    ]);
    expect(decisions.at(-1)).toMatchObject({ policy: "tenant", remaining: 0 });
    const left = await limiter.peek({ user: "ann", tenant: "other" });
    expect(left.quotas.map(({ remaining }) => remaining)).toEqual([2, 8]);
    await expect(limiter.decide("ann")).rejects.toThrow(TypeError);
    await expect(limiter.decide({ user: "ann" })).rejects.toThrow('by "tenant"');
  });

  it("fills the bucket of a plan to its own limit, whatever the burst of the policy", async () => {
    const policy = { name: "p", limit: 10, windowMs: HOUR_MS, burst: 20, algorithm: "gcra" } as const;
    await using limiter = await limiterOf(policy);
    const limits = { p: { limit: 1_000 } };
    expect(await limiter.decide("alice", 1_000, { limits })).toMatchObject({
      outcome: "allowed",
      remaining: 0,
    });
    const { retryAfterMs } = await limiter.decide("ben", 1_001, { limits });
    expect(retryAfterMs).toBe(Number.POSITIVE_INFINITY);
    expect(await limiter.peek("ben")).toMatchObject({ outcome: "allowed", remaining: 20 });
  });

  it("refuses limits that cannot be kept, and policies that there are not", async () => {
    await using limiter = await limiterOf({ name: "p", limit: 5, windowMs: HOUR_MS });
    for (const limits of [{ q: { limit: 1 } }, { p: { limit: 0 } }, { p: { limit: 1.5 } }]) {
      await expect(limiter.decide("alice", 1, { limits })).rejects.toThrow(RangeError);
    }
  });

  it("leaves no key without an expiry", async () => {
    await using limiter = await limiterOf(
      ...algorithms.map((algorithm) => ({ name: algorithm, limit: 50, windowMs: 1_000, algorithm })),
    );
    await Promise.all(times(70, (i) => limiter.decide(`subject ${i % 7}`)));
    const keys = await redis.keys(`${limiter.prefix}:*`);
    // One of this process, and one of all.
    expect(keys.length).toBe(7 * algorithms.length + 2);
    for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});
