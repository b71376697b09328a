import { Registry } from "prom-client";
import type { Decision } from "../../decision.ts";
import { type LimiterMetrics, limiterMetrics } from "../../metrics.ts";
import type { AskedLimiter } from "../../middleware/asked-limiter.ts";
import { limitedResource } from "../../reference-variant.ts";
import type { GatewayContext, Protected } from "../../variants/variant.ts";
import { referenceLimiter } from "./reference-limiter.ts";

/** Tells `metrics` of a decision that took `ms` milliseconds. */
export type Count = (metrics: LimiterMetrics, decision: Decision, ms: number) => void;

/** The reference limiter, which decides rightly, with metrics of its own in which `count` counts. */
export async function countedApart(context: GatewayContext, count: Count): Promise<Protected> {
  const limiter = await referenceLimiter(context);
  const { policies } = context;
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
