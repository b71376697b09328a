import type { Redis } from "ioredis";
import { decisionOf } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { connectedRedis, IMPATIENT, runKnown } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** A Redis that has forgotten the script, or was not there in time to learn it, fails every request from then on. */
export const mutant: Mutant = {
  about: "Loads its script once, at the start, and only ever calls it by its name.",
  source:
    "express-rate-limit/rate-limit-redis#71, #144 and #241, vutran1710/PyrateLimiter#182, QuantumNous/new-api#6412",
  convictedBy: ["answers-everything"],
  scenarios: ["redis-restart", "redis-failover", "script-flush", "cold-start"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis, as long as it remembers.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", async (policy) => {
        const redis = await connectedRedis(redisOf(context), IMPATIENT);
        const window = windowScript(policy);
        const loaded = loadedAtTheStart(redis, window.text);
        loaded.catch(() => {});
        return {
          async decide(key, cost) {
            await loaded;
            return decisionOf(await runKnown(redis, window, [key], [cost]), [policy.name]);
          },
          close: () => redis.disconnect(),
        };
      }),
  }),
};

/** A slow start is forgiven, but not that Redis is not there. */
async function loadedAtTheStart(redis: Redis, text: string): Promise<unknown> {
  for (let tries = 1; tries < 20; tries++) {
    try {
      return await redis.script("LOAD", text);
    } catch {}
  }
  return redis.script("LOAD", text);
}
