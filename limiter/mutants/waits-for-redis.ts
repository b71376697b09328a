import { decisionOf } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { quietRedis, run } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** The client as it comes: commands wait for a connection in its queue, and for their replies without end. */
export const mutant: Mutant = {
  about: "Answers when Redis does: no deadline, and a queue for the time without a connection.",
  source:
    "envoyproxy/ratelimit#1188, peterkhayes/rolling-rate-limiter#13, animir/node-rate-limiter-flexible#37",
  convictedBy: ["decides-in-time", "answers-everything"],
  scenarios: ["redis-latency"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis, however long it takes.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", (policy) => {
        const redis = quietRedis(redisOf(context));
        const window = windowScript(policy);
        return {
          decide: async (key, cost) => decisionOf(await run(redis, window, [key], [cost]), [policy.name]),
          close: () => redis.disconnect(),
        };
      }),
  }),
};
