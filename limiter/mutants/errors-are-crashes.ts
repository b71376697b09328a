import type { Mutant } from "../variants/variant.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** The default of most middlewares: when Redis is down, so is everything behind the limiter. */
export const mutant: Mutant = {
  about: "Answers 500 when Redis fails.",
  source: "express-rate-limit and @fastify/rate-limit, whose store's errors are a 500 by default",
  convictedBy: ["answers-everything"],
  scenarios: ["redis-reset", "redis-restart", "redis-failover", "slow-network", "cold-start"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; without it nothing works.",
    protect: (context) =>
      redisFirst(context, () => ({
        failed(_key, _cost, error) {
          throw error;
        },
      })),
  }),
};
