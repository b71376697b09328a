import { createLimiter } from "../limiter.ts";
import { limitedResource } from "../reference-variant.ts";
import type { Mutant } from "../variants/variant.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** It decides rightly, but in Redis's name: whoever watches the answers sees no outage. */
export const mutant: Mutant = {
  about: "Says of every decision that Redis made it.",
  source: "upstash/ratelimit-js, whose answers after a timeout look like any other to most callers",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["redis-outage"],
  variant: wrongLimiter({
    about: "The reference limiter with a false label.",
    async protect({ policies, redisUrl, keyPrefix, replicaIndex, replicaCount }) {
      const limiter = createLimiter({
        redis: redisUrl,
        policies,
        replica: { index: replicaIndex, count: replicaCount },
        ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
      });
      await limiter.connected(2_000);
      return {
        listener: limitedResource({
          policies,
          decide: async (...asked) => ({ ...(await limiter.decide(...asked)), source: "redis" }),
        }),
        metrics: () => limiter.registry.metrics(),
        close: limiter.close,
      };
    },
  }),
};
