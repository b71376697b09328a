import type { Decision } from "../../decision.ts";
import { createLimiter } from "../../limiter.ts";
import type { Policy } from "../../policy.ts";
import { limitedResource } from "../../reference-variant.ts";
import type { GatewayContext, Protected } from "../../variants/variant.ts";

/** The reference limiter, which decides rightly; `told` changes what the client reads of a decision. */
export async function toldOtherwise(
  { policies, redisUrl, keyPrefix, replicaIndex, replicaCount }: GatewayContext,
  told: (decision: Decision, policy: Policy) => Decision,
): Promise<Protected> {
  const [policy] = policies;
  if (policy === undefined) throw new RangeError("A mutant needs a policy.");
  const limiter = createLimiter({
    redis: redisUrl,
    policies,
    replica: { index: replicaIndex, count: replicaCount },
    ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
  });
  await limiter.connected(2_000);
  return {
    listener: limitedResource({
      policies,
      decide: async (...asked) => told(await limiter.decide(...asked), policy),
    }),
    metrics: () => limiter.registry.metrics(),
    close: limiter.close,
  };
}
