import { Registry } from "prom-client";
import type { Decision } from "./decision.ts";
import { durations } from "./durations.ts";
import type { RedisTrouble } from "./redis-link.ts";
import { tally } from "./tally.ts";

/** The states of the breaker between a limiter and its Redis. */
export type BreakerState = "closed" | "open" | "half-open";

/** Counts what a limiter does. Labels are bounded by the policies: a key is never one. */
export interface LimiterMetrics {
  /**
   * One decision, whatever its outcome, that took `seconds`. In `shadow` mode nothing is enforced: denials are counted
   * as `shadow_denied`, and not as throttled.
   */
  readonly decided: (decision: Decision, seconds: number, mode?: "enforced" | "shadow") => void;
  /** One decision that Redis did not answer. */
  readonly redisFailed: (trouble: RedisTrouble) => void;
  /** The breaker is in this state from now on; it begins closed. */
  readonly breakerMoved: (to: BreakerState) => void;
  /** So many keys are kept by this process itself now, under this policy. */
  readonly fallbackKeys: (policy: string, count: number) => void;
  /** Takes this limiter out of the gauges; what it has counted stays. */
  readonly close: () => void;
}

/**
 * The metrics of a limiter with these policies, in `registry` (limiters that share one share the metrics):
 *
 * | name | labels | |
 * |---|---|---|
 * | `rate_limiter_decisions_total` | `policy`, `outcome`, `source` | decisions, each once, under the policy that decided |
 * | `rate_limiter_throttled_total` | `policy` | denials, each once, under the policy that denied |
 * | `rate_limiter_decision_duration_seconds` | | a histogram: from the question to the answer |
 * | `rate_limiter_redis_errors_total` | `reason` | decisions for which Redis gave no answer in time |
 * | `rate_limiter_breaker_state` | `state` | a gauge: limiters whose breaker is in this state, 0 or 1 for a lone one |
 * | `rate_limiter_breaker_transitions_total` | `state` | times that a breaker came into this state |
 * | `rate_limiter_fallback_keys` | `policy` | a gauge: keys kept by this process itself |
 */
export function limiterMetrics(
  policies: readonly string[],
  registry: Registry = new Registry(),
): LimiterMetrics {
  const decisions = tally(registry, "counter", "rate_limiter_decisions_total", DECISIONS, [
    "policy",
    "outcome",
    "source",
  ]);
  const throttled = tally(registry, "counter", "rate_limiter_throttled_total", THROTTLED, ["policy"]);
  const errors = tally(registry, "counter", "rate_limiter_redis_errors_total", ERRORS, ["reason"]);
  const duration = durations(registry);
  for (const policy of policies) throttled.declare(policy);
  const usual = new Map(
    policies.map((policy) => [
      policy,
      {
        allowed: decisions.adder(policy, "allowed", "redis"),
        denied: decisions.adder(policy, "denied", "redis"),
      },
    ]),
  );
  errors.declare("timeout");
  errors.declare("disconnected");
  const breaker = breakerGauge(registry);
  const keys = keysGauge(registry, policies);
  return {
    decided({ policy, outcome, source }, seconds, mode = "enforced") {
      duration.observe(seconds);
      const isShadow = mode === "shadow" && outcome === "denied";
      const isUsual = source === "redis" && outcome !== "unavailable" && !isShadow;
      const add = isUsual ? usual.get(policy)?.[outcome] : undefined;
      if (add === undefined) decisions.add(policy, isShadow ? "shadow_denied" : outcome, source);
      else add();
      if (outcome === "denied" && !isShadow) throttled.add(policy);
    },
    redisFailed: (trouble) => errors.add(trouble),
    breakerMoved: breaker.moved,
    fallbackKeys: keys.set,
    close() {
      breaker.close();
      keys.close();
    },
  };
}

const DECISIONS = "Decisions made, under the policy that decided.";
const THROTTLED = "Requests denied, under the policy that denied.";
const ERRORS = "Decisions that Redis did not answer in time.";

function breakerGauge(registry: Registry): { moved(to: BreakerState): void; close(): void } {
  const help = "Limiters whose breaker is in this state.";
  const gauge = tally(registry, "gauge", "rate_limiter_breaker_state", help, ["state"]);
  const entered = "Times that a breaker came into this state.";
  const moves = tally(registry, "counter", "rate_limiter_breaker_transitions_total", entered, ["state"]);
  for (const state of ["closed", "open", "half-open"]) {
    gauge.declare(state);
    moves.declare(state);
  }
  let current: BreakerState | undefined = "closed";
  gauge.add(current);
  return {
    moved(to) {
      if (current === undefined || to === current) return;
      gauge.addMany(-1, current);
      gauge.add(to);
      moves.add(to);
      current = to;
    },
    close() {
      if (current !== undefined) gauge.addMany(-1, current);
      current = undefined;
    },
  };
}

function keysGauge(
  registry: Registry,
  policies: readonly string[],
): { set(policy: string, count: number): void; close(): void } {
  const help = "Keys kept by this process itself, without Redis.";
  const gauge = tally(registry, "gauge", "rate_limiter_fallback_keys", help, ["policy"]);
  const own = new Map(policies.map((policy) => [policy, 0]));
  for (const policy of policies) gauge.declare(policy);
  let isClosed = false;
  const set = (policy: string, count: number): void => {
    // A closed limiter still decides, alone.
    if (isClosed) return;
    gauge.addMany(count - (own.get(policy) ?? 0), policy);
    own.set(policy, count);
  };
  return {
    set,
    close() {
      for (const policy of own.keys()) set(policy, 0);
      isClosed = true;
    },
  };
}
