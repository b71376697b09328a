import type { AskedLimiter } from "../../middleware/asked-limiter.ts";
import { limitedResource } from "../../reference-variant.ts";
import type { GatewayContext, Protected } from "../../variants/variant.ts";
import { referenceLimiter } from "./reference-limiter.ts";

/** Gives back in another way than the limiter does, which it is given. */
export type RefundOtherwise = (
  limiter: Required<AskedLimiter>,
  ...asked: Parameters<Required<AskedLimiter>["refund"]>
) => Promise<unknown>;

/** The reference limiter, but for its refunds. */
export async function refundsOtherwise(context: GatewayContext, refund: RefundOtherwise): Promise<Protected> {
  const limiter = await referenceLimiter(context);
  return {
    listener: limitedResource({
      policies: context.policies,
      decide: limiter.decide,
      refund: (...asked) => refund(limiter, ...asked),
    }),
    metrics: () => limiter.registry.metrics(),
    close: limiter.close,
  };
}
