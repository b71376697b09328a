import { upstash } from "../peers/upstash.ts";
import type { Policy } from "../policy.ts";
import type { Variant } from "./variant.ts";

/** It refills by whole steps, of which a span may hold one more than its length suggests. */
export const variant: Variant = upstash({
  about:
    "@upstash/ratelimit's token bucket, refilled in the smallest whole steps that make the rate, over TCP to this Redis",
  promises: (policy) => {
    const { limit, windowMs, burst = limit } = policy;
    const { tokens, everyMs } = smallestStep(policy);
    return {
      upper: { kind: "rate", burst: burst + tokens, limit, windowMs },
      lower: { kind: "none" },
      clockResolutionMs: 1,
      stateHorizonMs: Math.ceil(burst / tokens) * everyMs + 1,
      deniedConsumes: false,
    };
  },
  limiter: (factory, policy) => {
    const { tokens, everyMs } = smallestStep(policy);
    return factory.tokenBucket(tokens, `${everyMs} ms`, policy.burst ?? policy.limit);
  },
});

/** `tokens` every `everyMs`, both whole, at the rate of the policy. */
function smallestStep({ limit, windowMs }: Policy): { readonly tokens: number; readonly everyMs: number } {
  let [divisor, rest] = [limit, windowMs];
  while (rest > 0) [divisor, rest] = [rest, divisor % rest];
  return { tokens: limit / divisor, everyMs: windowMs / divisor };
}
