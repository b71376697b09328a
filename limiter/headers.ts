import type { Decision, Quota } from "./decision.ts";
import type { Policy } from "./policy.ts";

/**
 * The field `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-11): `"burst";q=1000;w=2, "day";q=9000;w=86400`.
 * The draft knows whole seconds only, so a window that is none is left out rather than rounded into another promise.
 * A bucket that holds something else than `limit` says so: `"steady";q=10;w=1;gatecrash-burst=20`.
 * Throws a TypeError for a name that no header can carry (printable ASCII can be).
 */
export function rateLimitPolicyField(policies: readonly Policy[]): string {
  return policies.map(policyItem).join(", ");
}

function policyItem({ name, limit, windowMs, burst = limit }: Policy): string {
  const window = windowMs % 1_000 === 0 ? `;w=${windowMs / 1_000}` : "";
  const bucket = burst === limit ? "" : `;gatecrash-burst=${sfInteger(burst)}`;
  return `${sfString(name)};q=${sfInteger(limit)}${window}${bucket}`;
}

/**
 * The field `RateLimit` of the same draft: `"burst";r=37;t=1`, where not more than `r` can be used within `t` seconds,
 * rounded up; without `t`, nothing is used. Empty if there is nothing to tell, and then no field: lists are not empty.
 */
export function rateLimitField(quotas: readonly Quota[]): string {
  let field = "";
  for (const { policy, remaining, resetMs } of quotas) {
    if (field !== "") field += ", ";
    field += `${sfString(policy)};r=${sfInteger(remaining)}`;
    if (resetMs > 0 && resetMs < Number.POSITIVE_INFINITY) field += `;t=${seconds(resetMs)}`;
  }
  return field;
}

/**
 * `Retry-After` in whole seconds: never earlier than the truth, and less than a second later.
 * Undefined when no wait helps (the cost is above the limit) or none is needed.
 */
export function retryAfterField({ retryAfterMs }: Pick<Decision, "retryAfterMs">): string | undefined {
  if (!(retryAfterMs > 0 && retryAfterMs < Number.POSITIVE_INFINITY)) return undefined;
  return String(seconds(retryAfterMs));
}

/**
 * The older fields, name after value, for the policy that decided: `X-RateLimit-Limit`, `-Remaining` and `-Reset`.
 * Reset is a wait in seconds, not a date: no clocks need agree. It is there even when it is 0, and on a denial it is
 * the same as `Retry-After`. Empty when the policy is not among `policies`, or nothing is known of it.
 */
export function legacyFields(decision: Decision, policies: readonly Policy[]): readonly string[] {
  const policy = policies.find(({ name }) => name === decision.policy);
  if (policy === undefined || decision.quotas.length === 0) return [];
  const resetMs = Number.isFinite(decision.resetMs) ? decision.resetMs : 0;
  // biome-ignore format: pairs of name and value
  return [
    "X-RateLimit-Limit", String(sfInteger(policy.burst ?? policy.limit)),
    "X-RateLimit-Remaining", String(sfInteger(decision.remaining)),
    "X-RateLimit-Reset", retryAfterField(decision) ?? String(seconds(resetMs)),
  ];
}

function seconds(ms: number): number {
  return sfInteger(Math.ceil(ms / 1_000));
}

const SAFE = /^[ !#-[\]-~]*$/;
const PRINTABLE = /^[ -~]*$/;

/** A string as RFC 9651 writes it (section 4.1.6). */
function sfString(text: string): string {
  if (SAFE.test(text)) return `"${text}"`;
  if (PRINTABLE.test(text)) return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
  throw new TypeError(`No header can carry the name ${JSON.stringify(text)}; use printable ASCII.`);
}

const MOST = 999_999_999_999_999;

/** A whole number from 0 to what RFC 9651 can write, 15 digits (section 4.1.4). */
function sfInteger(value: number): number {
  return value > 0 ? Math.min(Math.floor(value), MOST) : 0;
}
