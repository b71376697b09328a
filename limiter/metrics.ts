import { Histogram, Registry } from "prom-client";
import type { Decision } from "./decision.ts";
import type { RedisTrouble } from "./redis-link.ts";
import { tally } from "./tally.ts";

/** Counts what a limiter does. Labels are bounded by the policies: a key is never one. */
export interface LimiterMetrics {
  /** One decision, whatever its outcome, that took `seconds`. */
  readonly decided: (decision: Decision, seconds: number) => void;
  readonly redisFailed: (trouble: RedisTrouble) => void;
}

/**
 * The metrics of a limiter with these policies, in `registry` (limiters that share one share the metrics):
 *
 * | name | labels | counts |
 * |---|---|---|
 * | `rate_limiter_decisions_total` | `policy`, `outcome`, `source` | decisions, each once, under the policy that decided |
 * | `rate_limiter_throttled_total` | `policy` | denials, each once, under the policy that denied |
 * | `rate_limiter_decision_duration_seconds` | | a histogram: from the question to the answer |
 * | `rate_limiter_redis_errors_total` | `reason` | decisions for which Redis gave no answer in time |
 */
export function limiterMetrics(
  policies: readonly string[],
  registry: Registry = new Registry(),
): LimiterMetrics {
  const decisions = tally(
    registry,
    "rate_limiter_decisions_total",
    "Decisions made, under the policy that decided.",
    ["policy", "outcome", "source"],
  );
  const throttled = tally(
    registry,
    "rate_limiter_throttled_total",
    "Requests denied, under the policy that denied.",
    ["policy"],
  );
  const errors = tally(
    registry,
    "rate_limiter_redis_errors_total",
    "Decisions that Redis did not answer in time.",
    ["reason"],
  );
  const duration = durations(registry);
  for (const policy of policies) {
    decisions.declare(policy, "allowed", "redis");
    decisions.declare(policy, "denied", "redis");
    throttled.declare(policy);
  }
  errors.declare("timeout");
  errors.declare("disconnected");
  return {
    decided({ policy, outcome, source }, seconds) {
      duration.observe(seconds);
      decisions.add(policy, outcome, source);
      if (outcome === "denied") throttled.add(policy);
    },
    redisFailed: (trouble) => errors.add(trouble),
  };
}

function durations(registry: Registry): Histogram {
  const name = "rate_limiter_decision_duration_seconds";
  const existing = registry.getSingleMetric(name);
  if (existing instanceof Histogram) return existing;
  return new Histogram({
    name,
    help: "From the question to the answer of one decision.",
    buckets: [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  });
}
