import { Registry } from "prom-client";
import type { Decision } from "../../decision.ts";
import { createLimiter } from "../../limiter.ts";
import { type LimiterMetrics, limiterMetrics } from "../../metrics.ts";
import type { AskedLimiter } from "../../middleware/asked-limiter.ts";
import { limitedResource } from "../../reference-variant.ts";
import type { GatewayContext, Protected } from "../../variants/variant.ts";

/** Tells `metrics` of a decision that took `ms` milliseconds. */
export type Count = (metrics: LimiterMetrics, decision: Decision, ms: number) => void;

/** The reference limiter, which decides rightly, with metrics of its own in which `count` counts. */
export async function countedApart(
  { policies, redisUrl, keyPrefix, replicaIndex, replicaCount }: GatewayContext,
  count: Count,
): Promise<Protected> {
  const limiter = createLimiter({
    redis: redisUrl,
    policies,
    replica: { index: replicaIndex, count: replicaCount },
    ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
  });
  await limiter.connected(2_000);
  const registry = new Registry();
  const metrics = limiterMetrics(
    policies.map(({ name }) => name),
    registry,
  );
  const counted: AskedLimiter = {
    policies,
    async decide(...asked) {
      const startedMs = performance.now();
      const decision = await limiter.decide(...asked);
      count(metrics, decision, performance.now() - startedMs);
      return decision;
    },
  };
  return {
    listener: limitedResource(counted),
    metrics: () => registry.metrics(),
    close: limiter.close,
  };
}
