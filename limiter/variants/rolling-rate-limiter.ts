import type { IORedisRateLimiter } from "rolling-rate-limiter";
import { onlyPolicy, peerListener } from "../peers/peer-listener.ts";
import { peerRedis, undocumentedConnection } from "../peers/peer-redis.ts";
import type { Variant } from "./variant.ts";

type Client = ConstructorParameters<typeof IORedisRateLimiter>[0]["client"];

/**
 * Options: https://github.com/peterkhayes/rolling-rate-limiter#configuration-options. The cost of a request is always 1. A
 * denied request counts as an admitted one does, so whoever asks too fast is denied until he asks more slowly. Requests are
 * stamped by the gateway's clock before they are sent to Redis, and one that was long on its way may find there what
 * was stamped after it: nobody is promised to be let in.
 */
export const variant: Variant = {
  about: `rolling-rate-limiter over ioredis: a sorted set of all that asked in the last window, the denied too, every cost 1; ${undocumentedConnection}.`,
  packages: ["rolling-rate-limiter", "ioredis"],
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "window", limit, windowMs, stampedBefore: true },
    lower: { kind: "none" },
    clockResolutionMs: 1,
    stateHorizonMs: 1_000 * Math.ceil(windowMs / 1_000) + 1,
    deniedConsumes: true,
  }),
  async protect(context) {
    const { IORedisRateLimiter } = await import("rolling-rate-limiter");
    const { limit, windowMs } = onlyPolicy(context);
    const redis = await peerRedis(context.redisUrl);
    const limiter = new IORedisRateLimiter({
      // Its types know the overloads of an ioredis before ours.
      client: redis as unknown as Client,
      namespace: `${context.keyPrefix ?? "gatecrash"}:rolling:`,
      interval: windowMs,
      maxInInterval: limit,
    });
    return {
      listener: peerListener(async (subject) => ({
        allowed: !(await limiter.limit(subject)),
        source: "redis",
      })),
      close: async () => redis.disconnect(),
    };
  },
};
