import type { Ratelimit } from "@upstash/ratelimit";
import type { Policy } from "../policy.ts";
import type { PromisesOf } from "../promised.ts";
import type { Variant } from "../variants/variant.ts";
import { onlyPolicy, peerListener } from "./peer-listener.ts";
import { peerRedis, undocumentedConnection } from "./peer-redis.ts";
import { upstashOverIoredis } from "./upstash-over-ioredis.ts";

/** One algorithm of @upstash/ratelimit. */
export interface UpstashAlgorithm {
  /** Without its full stop, and without the connection. */
  readonly about: string;
  readonly promises: PromisesOf;
  /** As its documentation makes it, for `policy`. */
  readonly limiter: (
    factory: typeof Ratelimit,
    policy: Policy,
  ) => ConstructorParameters<typeof Ratelimit>[0]["limiter"];
}

/**
 * @upstash/ratelimit over TCP to any Redis. Options: https://upstash.com/docs/redis/sdks/ratelimit-ts/features. Its cache
 * in memory is on, as is the default: who was denied is denied for a while without asking, so it promises nobody to be
 * let in. After five seconds without an answer it lets everybody in. Its documentation knows Upstash's HTTP interface
 * only, so the connection is ours.
 */
export function upstash({ about, promises, limiter: algorithm }: UpstashAlgorithm): Variant {
  return {
    about: `${about}; ${undocumentedConnection}.`,
    packages: ["@upstash/ratelimit", "ioredis"],
    promises,
    async protect(context) {
      const { Ratelimit } = await import("@upstash/ratelimit");
      const redis = await peerRedis(context.redisUrl);
      const limiter = new Ratelimit({
        redis: upstashOverIoredis(redis),
        limiter: algorithm(Ratelimit, onlyPolicy(context)),
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
}
