import { LocalFallback } from "../fallback/local-fallback.ts";
import { type Shares, shareOf } from "../fallback/shares.ts";
import { type Growth, windowRule } from "../fallback/window-rule.ts";
import type { Policy } from "../policy.ts";
import type { Mutant } from "../variants/variant.ts";
import { aloneBy } from "./parts/alone.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/**
 * For a window each replica goes on with what Redis had been granting to it, which together is the limit; then each takes
 * its share, although what others granted in the window before still counts. Redis is told of nothing.
 */
export const mutant: Mutant = {
  about: "Falls back warm, to what it had been admitting itself, and takes its whole share one window later.",
  source:
    "no report is known; limiter/fallback/simulation/wrong-rules.ts, observed growth, back at the share after one window",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["drained-gateway"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis; in memory what this replica had been admitting, and after a window its share.",
    protect: (context) =>
      redisFirst(context, (policy) => {
        const memory = aloneBy(naiveFallback(policy, context), policy);
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

/** Sound growth ends two windows later: only then nothing counts that others granted beyond their shares. */
const TOO_SOON: Growth = { capAfterWindows: 1, growAfterWindows: 1 };
const MAX_KEYS = 100_000;

function naiveFallback({ limit, windowMs }: Policy, shares: Shares) {
  const windowUs = windowMs * 1_000;
  const share = shareOf(limit, shares);
  return new LocalFallback(
    windowRule({ limit, windowUs, share, growth: TOO_SOON, weighsUs: windowUs }),
    MAX_KEYS,
  );
}
