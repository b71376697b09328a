import type { MetricNames } from "../history/history.ts";

/** What the metrics of the reference limiter are called, and of every limiter that calls them so. */
export const referenceMetricNames: MetricNames = {
  allowed: [
    'rate_limiter_decisions_total{outcome="allowed"}',
    // Nobody was turned away.
    'rate_limiter_decisions_total{outcome="shadow_denied"}',
  ],
  denied: ['rate_limiter_decisions_total{outcome="denied"}'],
  unavailable: ['rate_limiter_decisions_total{outcome="unavailable"}'],
  sourceLabel: "source",
  throttled: { name: "rate_limiter_throttled_total", policyLabel: "policy" },
  durationSeconds: "rate_limiter_decision_duration_seconds",
};
