import { RateLimiterRedis, RateLimiterRes } from "rate-limiter-flexible";
import type { BenchLimit, Contender } from "./contender.ts";
import { ownClient } from "./own-client.ts";

/** rate-limiter-flexible over ioredis: a window from the first hit. */
export async function rateLimiterFlexible(
  redis: string,
  { limit, windowMs }: BenchLimit,
  pipelining: "off" | "auto",
): Promise<Contender> {
  const name = pipelining === "auto" ? "rate-limiter-flexible-pipelined" : "rate-limiter-flexible";
  const client = await ownClient(redis, pipelining);
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: name,
    points: limit,
    duration: windowMs / 1_000,
  });
  return {
    name,
    async decide(key) {
      try {
        await limiter.consume(key);
        return true;
      } catch (reason) {
        if (reason instanceof RateLimiterRes) return false;
        throw reason;
      }
    },
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
