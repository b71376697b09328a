import { decisionOf, letIn } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { connectedRedis, IMPATIENT, runKnown } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/**
 * A slow or broken Redis switches the limit off, and the answers look as if Redis had given them. Who forgives every
 * error does not notice either that Redis no longer knows the script, which is loaded with each connection.
 */
export const mutant: Mutant = {
  about: "Lets everybody in when Redis fails, and does not say so.",
  source: "koala73/worldmonitor#8356, Emp1500/Code2Flow#11, spring-cloud/spring-cloud-gateway#248",
  convictedBy: ["within-bound", "fallback-as-declared"],
  scenarios: [
    "redis-blackhole",
    "redis-latency",
    "redis-flap",
    "redis-reset",
    "partition",
    "redis-freeze",
    "redis-out-of-memory",
    "script-flush",
    "slow-network",
    "moved-traffic",
    "login-bruteforce",
  ],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; without it everything is allowed.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", async (policy) => {
        const redis = await connectedRedis(redisOf(context), IMPATIENT);
        const window = windowScript(policy);
        const load = (): void => void redis.script("LOAD", window.text).catch(() => {});
        redis.on("ready", load);
        if (redis.status === "ready") load();
        return {
          async decide(key, cost) {
            try {
              return decisionOf(await runKnown(redis, window, [key], [cost]), [policy.name]);
            } catch {
              return { ...letIn(policy.name), source: "redis" };
            }
          },
          close: () => redis.disconnect(),
        };
      }),
  }),
};
