import type { Decision, Quota } from "./decision.ts";
import type { Policy } from "./policy.ts";

/**
 * The field `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-10): `"burst";q=1000;w=2, "day";q=9000;w=86400`.
 * The draft knows whole seconds only, so a window that is none is left out rather than rounded into another promise.
 */
export function rateLimitPolicyField(policies: readonly Policy[]): string {
  return policies
    .map(
      ({ name, limit, windowMs }) =>
        `"${name}";q=${limit}${windowMs % 1_000 === 0 ? `;w=${windowMs / 1_000}` : ""}`,
    )
    .join(", ");
}

/**
 * The field `RateLimit` of the same draft: `"burst";r=37;t=1`, where more than `r` remains after `t` seconds, rounded
 * up; without `t`, all of it remains now.
 */
export function rateLimitField(quotas: readonly Quota[]): string {
  let field = "";
  for (const { policy, remaining, resetMs } of quotas) {
    if (field !== "") field += ", ";
    field += `"${policy}";r=${remaining}`;
    if (resetMs > 0) field += `;t=${Math.ceil(resetMs / 1_000)}`;
  }
  return field;
}

/**
 * `Retry-After` in whole seconds: never earlier than the truth, and less than a second later.
 * Undefined when no wait helps (the cost is above the limit) or none is needed.
 */
export function retryAfterField({ retryAfterMs }: Pick<Decision, "retryAfterMs">): string | undefined {
  if (retryAfterMs === 0 || retryAfterMs === Number.POSITIVE_INFINITY) return undefined;
  return String(Math.ceil(retryAfterMs / 1_000));
}
