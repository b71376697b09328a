import type { Mutant } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** The fallback is warm and fair, but Redis is never told of it: whoever spent a share spends the limit once more. */
export const mutant: Mutant = {
  about: "Goes back to Redis as soon as that answers, and forgets what it let in without.",
  source:
    "animir/node-rate-limiter-flexible wiki, Insurance Strategy: data is not copied to the main limiter",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["redis-outage", "redis-restart"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; in memory a share that Redis never hears of.",
    protect: (context) =>
      redisFirst(context, (policy) => {
        const memory = alone(policy, context);
        return {
          answered(key, cost, reply, sentMs) {
            memory.forget();
            memory.learn(key, cost, reply, sentMs);
          },
          failed: memory.decide,
        };
      }),
  }),
};
