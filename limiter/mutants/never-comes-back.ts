import type { Mutant } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { timed } from "./parts/connection.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** One failure is enough, and Redis is never asked again: the replica limits alone until it is restarted. */
export const mutant: Mutant = {
  about: "Decides by its share from the first failure of Redis on, for ever.",
  source: "animir/node-rate-limiter-flexible#49, redis/node-redis#1488, envoyproxy/ratelimit#1191",
  convictedBy: ["recovers-within"],
  scenarios: [],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis, until it fails once.",
    protect: (context) =>
      redisFirst(
        context,
        (policy) => {
          const memory = alone(policy, context);
          let hasFailed = false;
          return {
            asks: () => !hasFailed,
            answered: memory.learn,
            failed(key, cost) {
              hasFailed = true;
              return memory.decide(key, cost);
            },
          };
        },
        timed,
      ),
  }),
};
