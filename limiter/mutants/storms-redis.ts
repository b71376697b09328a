import type { Redis } from "ioredis";
import { decisionOf } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { type ConnectionOptions, connectedRedis, IMPATIENT, quietRedis, run } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** A decision that fails gives up the connection for a new one at once, however often that has just failed. */
export const mutant: Mutant = {
  about: "Opens a new connection when a decision fails, without a pause.",
  source: "gravitee-io/gravitee-api-management#18482, envoyproxy/envoy#26400, redis/node-redis#400",
  convictedBy: ["recovers-within"],
  scenarios: ["redis-reset"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis by way of as many connections as it takes; in memory a share.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", async (policy) => {
        let redis = await connectedRedis(redisOf(context), EAGER);
        const window = windowScript(policy);
        const memory = alone(policy, context);
        return {
          async decide(key, cost) {
            const sentMs = performance.now();
            try {
              const reply = await run(redis, window, [key], [cost]);
              memory.forget();
              memory.learn(key, cost, reply, sentMs);
              return decisionOf(reply, [policy.name]);
            } catch {
              if (!redis.status.startsWith("connect")) redis = renewed(redis, redisOf(context));
              return memory.decide(key, cost);
            }
          },
          close: () => redis.disconnect(),
        };
      }),
  }),
};

function renewed(redis: Redis, way: string | Redis): Redis {
  redis.disconnect();
  return quietRedis(way, EAGER);
}

/** The first command is the trial whether Redis is there. */
const EAGER: ConnectionOptions = { ...IMPATIENT, enableReadyCheck: false };
