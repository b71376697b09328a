import { onlyPolicy, peerListener } from "../peers/peer-listener.ts";
import { peerRedis } from "../peers/peer-redis.ts";
import { upstashOverIoredis } from "../peers/upstash-over-ioredis.ts";
import type { Variant } from "./variant.ts";

/**
 * Options: https://upstash.com/docs/redis/sdks/ratelimit-ts/features. Its cache in memory is on, as is the default: who was
 * denied is denied until the window of the clock ends, without asking, so it promises nobody to be let in. After five
 * seconds without an answer it lets everybody in.
 */
export const variant: Variant = {
  about:
    "@upstash/ratelimit's sliding window of two counters, its windows by the gateway's clock, over TCP to this Redis.",
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "two-counters", limit, windowMs, floorsPrevious: true },
    lower: { kind: "none" },
    clockResolutionMs: 1,
    stateHorizonMs: 2 * windowMs + 1_000,
    deniedConsumes: false,
  }),
  async protect(context) {
    const { Ratelimit } = await import("@upstash/ratelimit");
    const { limit, windowMs } = onlyPolicy(context);
    const redis = await peerRedis(context.redisUrl);
    const limiter = new Ratelimit({
      redis: upstashOverIoredis(redis),
      limiter: Ratelimit.slidingWindow(limit, `${windowMs} ms`),
      prefix: `${context.keyPrefix ?? "gatecrash"}:upstash`,
    });
    return {
      listener: peerListener(async (subject, cost) => {
        const { success, reason } = await limiter.limit(subject, { rate: cost });
        return {
          allowed: success,
          source: reason === "timeout" || reason === "cacheBlock" ? "local" : "redis",
        };
      }),
      close: async () => redis.disconnect(),
    };
  },
};
