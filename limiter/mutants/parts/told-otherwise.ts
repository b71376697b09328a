import type { Decision } from "../../decision.ts";
import type { Policy } from "../../policy.ts";
import { limitedResource } from "../../reference-variant.ts";
import type { GatewayContext, Protected } from "../../variants/variant.ts";
import { referenceLimiter } from "./reference-limiter.ts";

/** The reference limiter, which decides rightly; `told` changes what the client reads of a decision. */
export async function toldOtherwise(
  context: GatewayContext,
  told: (decision: Decision, policy: Policy) => Decision,
): Promise<Protected> {
  const { policies } = context;
  const [policy] = policies;
  if (policy === undefined) throw new RangeError("A mutant needs a policy.");
  const limiter = await referenceLimiter(context);
  return {
    listener: limitedResource({
      policies,
      decide: async (...asked) => told(await limiter.decide(...asked), policy),
    }),
    metrics: () => limiter.registry.metrics(),
    close: limiter.close,
  };
}
