import type { Redis } from "ioredis";
import { gcra } from "../algorithms/gcra.ts";
import { decisionOf } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { linked, quietRedis } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** What is stale to the process that starts is the present to all others: each restart grants everybody a fresh limit. */
export const mutant: Mutant = {
  about: "Deletes the counters that it finds in Redis when it starts.",
  source:
    "schmitech/orbit#138, and 3scale/APIcast#667, which would have new names for the keys of each start",
  convictedBy: ["within-bound"],
  scenarios: ["gateway-crash"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis, cleared by whoever comes last.",
    algorithm: "gcra",
    protect: async (context) => {
      await cleared(redisOf(context), context.keyPrefix ?? "gatecrash");
      return plainLimiter(context, "gcra", async (policy) => {
        const redis = await linked(redisOf(context));
        const window = windowScript(policy, gcra);
        const memory = alone(policy, context, "gcra");
        return {
          async decide(key, cost) {
            const reply = await redis.run(window, [key], [cost]).catch(() => undefined);
            return reply === undefined ? memory.decide(key, cost) : decisionOf(reply, [policy.name]);
          },
          close: redis.close,
        };
      });
    },
  }),
};

async function cleared(way: string | Redis, prefix: string): Promise<void> {
  const redis = quietRedis(way, { maxRetriesPerRequest: 1 });
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000 }))
      if (keys.length > 0) await redis.del(...keys);
  } catch {
    // Where there is no Redis, there is nothing to be cleared.
  } finally {
    redis.disconnect();
  }
}
