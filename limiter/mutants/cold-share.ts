import type { Mutant } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** What Redis has just let in is not known to the fallback: each outage begins with a fresh share for everybody. */
export const mutant: Mutant = {
  about: "Falls back to its share of the limit, but starts from nothing.",
  source:
    "animir/node-rate-limiter-flexible wiki, Insurance Strategy: a memory limiter of its own takes over",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["redis-outage", "drained-gateway"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; in memory a share that knows nothing of Redis.",
    protect: (context) => redisFirst(context, (policy) => ({ failed: alone(policy, context).decide })),
  }),
};
