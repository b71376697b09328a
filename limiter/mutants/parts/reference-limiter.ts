import { createLimiter, type Limiter } from "../../limiter.ts";
import type { GatewayContext } from "../../variants/variant.ts";

/** The reference limiter, connected where Redis can be reached, for mutants that are wrong about something else. */
export async function referenceLimiter({
  policies,
  redisUrl,
  keyPrefix,
  replicaIndex,
  replicaCount,
}: GatewayContext): Promise<Limiter> {
  const limiter = createLimiter({
    redis: redisUrl,
    policies,
    replica: { index: replicaIndex, count: replicaCount },
    ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
  });
  await limiter.connected(2_000);
  return limiter;
}
