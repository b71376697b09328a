import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { createLimiter } from "./limiter.ts";

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

async function limiterOf(prefix: string) {
  const limiter = createLimiter({
    redis: inject("redisUrl"),
    policies: [{ name: "p", limit: 10, windowMs: 86_400_000 }],
    prefix,
    deadlineMs: 5_000,
  });
  expect(await limiter.connected(5_000)).toBe(true);
  return limiter;
}

async function drop(pattern: string) {
  const keys = await redis.keys(pattern);
  if (keys.length > 0) await redis.del(keys);
}

describe("what Redis keeps of a limiter", () => {
  it("may be deleted alone, again and again: nothing is counted twice", async () => {
    const prefix = `test-kept-${randomUUID()}`;
    await using limiter = await limiterOf(prefix);
    await limiter.decide("alice", 4);
    for (let time = 0; time < 3; time++) {
      for (const key of await redis.keys(`${prefix}:kept:*`))
        if (!key.includes(":since:")) await redis.del(key);
      // This finds nothing kept; what it would bring about is under way before the next.
      expect(await limiter.decide("bob")).toMatchObject({ outcome: "allowed", source: "redis" });
      await limiter.decide("bob");
      expect(await limiter.peek("alice")).toMatchObject({ remaining: 6, source: "redis" });
    }
  });

  it("is gone with all that was counted when Redis has lost its data: that is written back by everybody", async () => {
    const prefix = `test-kept-${randomUUID()}`;
    await using first = await limiterOf(prefix);
    await using second = await limiterOf(prefix);
    await first.decide("alice", 4);
    await second.decide("alice", 3);
    await drop(`${prefix}:*`);
    await first.peek("bob");
    await second.peek("bob");
    await vi.waitUntil(async () => (await first.peek("alice")).remaining === 3, { timeout: 10_000 });
  });

  it("expires", async () => {
    const prefix = `test-kept-${randomUUID()}`;
    await using limiter = await limiterOf(prefix);
    await limiter.decide("alice");
    for (const key of await redis.keys(`${prefix}:*`)) expect(await redis.pttl(key)).toBeGreaterThan(0);
  });
});
