import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { describe, expect, inject, it } from "vitest";
import { watchRedisState } from "./redis-state.ts";

describe("the watch over a Redis's state", () => {
  it("has no doubt where nothing happened, and leaves nothing behind", async () => {
    const redis = new Redis(inject("redisUrl"));
    const id = randomBytes(6).toString("hex");
    const watch = await watchRedisState(inject("redisUrl"), id);
    expect(await redis.ttl(`gatecrash:mark:${id}`)).toBeGreaterThan(0);
    expect(await watch.doubt()).toBeNull();
    expect(await redis.exists(`gatecrash:mark:${id}`)).toBe(0);
    redis.disconnect();
  });

  it("doubts when its mark is gone", async () => {
    const redis = new Redis(inject("redisUrl"));
    const id = randomBytes(6).toString("hex");
    const watch = await watchRedisState(inject("redisUrl"), id);
    await redis.del(`gatecrash:mark:${id}`);
    expect(await watch.doubt()).toBe("Redis was flushed during the run");
    redis.disconnect();
  });
});
