import { gcraLocal } from "../algorithms/gcra-local.ts";
import type { LocalState } from "../algorithms/local-state.ts";
import type { Quota } from "../decision.ts";
import { shareOf } from "../fallback/shares.ts";
import type { Policy } from "../policy.ts";
import type { GatewayContext, Mutant } from "../variants/variant.ts";
import { type Deciding, plainLimiter } from "./parts/plain-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/**
 * As long as nobody dies the shares add up to the limit. That of a dead replica nobody else may spend; and who starts
 * again has forgotten that its own was spent.
 */
export const mutant: Mutant = {
  about: "Divides the limit among the replicas, and each keeps its buckets in its own memory.",
  source: "jaseci-labs/jac#8859, ChronoAIProject/Ornn#814, azerozero/grob#565, which keeps a margin for it",
  convictedBy: ["within-bound", "no-false-denials"],
  scenarios: ["gateway-crash"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "A bucket of each replica's own, with its share of the limit.",
    algorithm: "gcra",
    protect: (context) => plainLimiter(context, "gcra", (policy) => dividing(policy, context)),
  }),
};

function dividing(policy: Policy, context: GatewayContext): Deciding {
  const { name, limit, burst = limit } = policy;
  const own = { ...policy, limit: shareOf(limit, context), burst: shareOf(burst, context) };
  const buckets = new Map<string, LocalState>();
  return {
    async decide(key, cost) {
      const bucket = buckets.get(key) ?? gcraLocal(own);
      buckets.set(key, bucket);
      const { allowed, remaining, retryUs, resetUs } = bucket.decide(
        Math.floor(performance.now() * 1_000),
        cost,
      );
      const retryAfterMs = retryUs < 0 ? Number.POSITIVE_INFINITY : Math.ceil(retryUs / 1_000);
      const quota: Quota = { policy: name, remaining, retryAfterMs, resetMs: Math.ceil(resetUs / 1_000) };
      return { ...quota, outcome: allowed ? "allowed" : "denied", source: "redis", quotas: [quota] };
    },
    close() {},
  };
}
