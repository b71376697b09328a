import type { RateLimiterMemory } from "rate-limiter-flexible";
import { shareOf } from "../fallback/shares.ts";
import type { Variant } from "../variants/variant.ts";
import { firstHitWindow } from "./first-hit-window.ts";
import { onlyPolicy, type PeerDecision, peerListener } from "./peer-listener.ts";
import { peerRedis } from "./peer-redis.ts";

/**
 * rate-limiter-flexible over ioredis, its connection as its documentation makes it
 * (https://github.com/animir/node-rate-limiter-flexible/wiki/Redis). `insured`: its insurance limiter, in memory, with this
 * replica's part of the points.
 */
export function flexible(about: string, insurance: "none" | "insured"): Variant {
  return {
    about,
    packages: ["rate-limiter-flexible", "ioredis"],
    // Source: README of rate-limiter-flexible, "fixed window".
    promises: firstHitWindow,
    async protect(context) {
      const { RateLimiterRedis, RateLimiterMemory, RateLimiterRes } = await import("rate-limiter-flexible");
      const { limit, windowMs } = onlyPolicy(context);
      if (windowMs % 1_000 !== 0)
        throw new RangeError("rate-limiter-flexible counts windows in whole seconds.");
      const redis = await peerRedis(context.redisUrl, { enableOfflineQueue: false });
      const duration = windowMs / 1_000;
      const insured = new WeakSet<object>();
      const memory = (): RateLimiterMemory => {
        const own = new RateLimiterMemory({ points: shareOf(limit, context), duration });
        const consume = own.consume.bind(own);
        // What it decides looks like what Redis does, and a reader wants to know.
        own.consume = (...asked) => noted(consume(...asked), insured);
        return own;
      };
      const limiter = new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `${context.keyPrefix ?? "gatecrash"}:flexible`,
        points: limit,
        duration,
        rejectIfRedisNotReady: true,
        ...(insurance === "insured" ? { insuranceLimiter: memory() } : {}),
      });
      const decisionOf = (allowed: boolean, reply: object): PeerDecision => ({
        allowed,
        source: insured.has(reply) ? "local" : "redis",
      });
      return {
        listener: peerListener((subject, cost) =>
          limiter.consume(subject, cost).then(
            (reply) => decisionOf(true, reply),
            (reason: unknown) => {
              if (reason instanceof RateLimiterRes) return decisionOf(false, reason);
              throw reason;
            },
          ),
        ),
        close: async () => redis.disconnect(),
      };
    },
  };
}

/** What `asked` comes to, in either way, is remembered in `seen`. */
async function noted<T extends object>(asked: Promise<T>, seen: WeakSet<object>): Promise<T> {
  try {
    const reply = await asked;
    seen.add(reply);
    return reply;
  } catch (reason) {
    if (typeof reason === "object" && reason !== null) seen.add(reason);
    throw reason;
  }
}
