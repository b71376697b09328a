import { createLimiter, type Limiter } from "../../limiter.ts";
import { type GatewayContext, redisOf } from "../../variants/variant.ts";
import { withoutBurst } from "../../without-burst.ts";

/** The reference limiter, connected where Redis can be reached, for mutants that are wrong about something else. */
export async function referenceLimiter({
  policies,
  keyPrefix,
  replicaIndex,
  replicaCount,
  ...redis
}: GatewayContext): Promise<Limiter> {
  const limiter = createLimiter({
    redis: redisOf(redis),
    policies: withoutBurst(policies, "sliding-log"),
    replica: { index: replicaIndex, count: replicaCount },
    ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
  });
  await limiter.connected(2_000);
  return limiter;
}
