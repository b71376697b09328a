import type { RequestLimits } from "./middleware/asked-limiter.ts";
import type { Policy } from "./policy.ts";

/**
 * `policy` as it holds for a request that brings `own` limits; itself if that is no other. What is enforced and what
 * is told both follow it: a bucket whose limit is named and its size is not is as large as that limit.
 */
export function withLimits<Kind extends Policy>(policy: Kind, own: RequestLimits[string] = {}): Kind {
  const { limit, burst } = own;
  if (limit === undefined) return burst === undefined ? policy : { ...policy, burst };
  return { ...policy, limit, burst: burst ?? limit };
}
