import type { Decision } from "../decision.ts";
import { legacyFields, rateLimitField, rateLimitPolicyField } from "../headers.ts";
import type { Policy } from "../policy.ts";
import { withLimits } from "../with-limits.ts";
import type { RequestLimits } from "./asked-limiter.ts";
import type { RateLimitOptions } from "./rate-limit-options.ts";

/**
 * Writes what every answer says of a decision, name after value: the standard fields, the older ones on request,
 * `x-ratelimit-source`, on denials `x-ratelimit-policy`, and `x-ratelimit-reason` if nothing could be decided.
 */
export function fieldWriter(
  policies: readonly Policy[],
  { standard = true, legacy = false }: NonNullable<RateLimitOptions<never, never>["headers"]> = {},
): (decision: Decision, limits: RequestLimits | undefined) => string[] {
  const policyField = rateLimitPolicyField(policies);
  return (decision, limits) => {
    if (decision.outcome === "unavailable") return ["x-ratelimit-reason", "unavailable"];
    const valid =
      limits === undefined ? policies : policies.map((policy) => withLimits(policy, limits[policy.name]));
    const fields = standard
      ? standardFields(valid === policies ? policyField : rateLimitPolicyField(valid), decision)
      : ["x-ratelimit-source", decision.source];
    if (legacy) fields.push(...legacyFields(decision, valid));
    if (decision.outcome === "denied") fields.push("x-ratelimit-policy", decision.policy);
    return fields;
  };
}

function standardFields(policyField: string, { quotas, source }: Decision): string[] {
  const policy = ["RateLimit-Policy", policyField];
  // A list is never empty, so without quotas there is no such field.
  if (quotas.length === 0) return [...policy, "x-ratelimit-source", source];
  return [...policy, "RateLimit", rateLimitField(quotas), "x-ratelimit-source", source];
}
