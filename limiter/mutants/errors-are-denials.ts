import type { Decision, Quota } from "../decision.ts";
import type { Mutant } from "../variants/variant.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** A client that rejects both when the limit is reached and when Redis is broken, and a caller that cannot tell. */
export const mutant: Mutant = {
  about: "Answers 429 when Redis fails, as if the limit had been reached.",
  source: "firecrawl/firecrawl#3728",
  convictedBy: ["no-false-denials", "fallback-as-declared"],
  scenarios: ["reply-lost", "redis-out-of-memory", "login-bruteforce"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; without it everybody is over the limit.",
    protect: (context) =>
      redisFirst(context, ({ name, windowMs }) => {
        const quota: Quota = { policy: name, remaining: 0, retryAfterMs: windowMs, resetMs: windowMs };
        const denial: Decision = { ...quota, outcome: "denied", source: "redis", quotas: [quota] };
        return { failed: () => denial };
      }),
  }),
};
