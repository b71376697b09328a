import type { Decision, Quota } from "../decision.ts";
import type { Mutant } from "../variants/variant.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Says honestly that it decided alone, and lets nobody in: nobody exceeds the share that nobody is given. */
export const mutant: Mutant = {
  about: "Denies everything while Redis is away, though it declares a share for each replica.",
  source:
    "animir/node-rate-limiter-flexible wiki, Insurance Strategy: without an insurance limiter all is rejected",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["redis-outage"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; without it nobody is let in, and the answer says who decided.",
    protect: (context) =>
      redisFirst(context, ({ name, windowMs }) => {
        const quota: Quota = { policy: name, remaining: 0, retryAfterMs: windowMs, resetMs: windowMs };
        const denial: Decision = { ...quota, outcome: "denied", source: "local", quotas: [quota] };
        return { failed: () => denial };
      }),
  }),
};
