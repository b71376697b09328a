import { expect } from "vitest";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import type { LimiterOptions } from "../../limiter/limiter-options.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { ownRedis } from "./fallback-story.ts";
import { type RedisWay, redisWay } from "./redis-way.ts";

/** One limiter, on its way to a Redis of its own. */
export interface LimiterBehindWay extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly road: RedisWay;
  readonly limiter: Limiter;
}

/** For tests: starts one that is connected. */
export async function limiterBehindWay(options: Omit<LimiterOptions, "redis">): Promise<LimiterBehindWay> {
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await ownRedis());
  const road = stack.use(await redisWay(redis));
  const limiter = stack.use(createLimiter({ ...options, redis: road.url }));
  expect(await limiter.connected(5_000)).toBe(true);
  const owned = stack.move();
  return { redis, road, limiter, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
