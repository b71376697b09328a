import { limitedResource } from "../reference-variant.ts";
import type { GatewayContext, Mutant, Protected } from "../variants/variant.ts";
import { referenceLimiter } from "./parts/reference-limiter.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** All policies get the same key: each user has his tenant's limit for himself. */
export const mutant: Mutant = {
  about: "Counts every policy by the user, also the one that is for a whole tenant.",
  source: "no report that we know of by number: one key function for all limits of a route",
  convictedBy: ["within-bound"],
  scenarios: ["tiers"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "The reference limiter, all of whose policies are by the same subject.",
    protect: byUser,
  }),
};

async function byUser(context: GatewayContext): Promise<Protected> {
  const limiter = await referenceLimiter({
    ...context,
    policies: context.policies.map((policy) => ({ ...policy, by: "client" })),
  });
  return {
    listener: limitedResource(limiter),
    metrics: () => limiter.registry.metrics(),
    close: limiter.close,
  };
}
