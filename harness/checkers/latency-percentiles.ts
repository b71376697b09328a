import { outcomeCode, type Requests } from "../history/requests.ts";
import type { Latency } from "../verdict/result.ts";
import { phaseMask } from "./outcome-counts.ts";
import { percentiles } from "./percentile.ts";

/**
 * Exact percentiles of received - intended over the requests of `phases` (indices) that the limiter answered:
 * allowed, denied or unavailable. Errors are left out, for failing fast is no merit. Null when there are none.
 */
export function latencyPercentiles(requests: Requests, phases: readonly number[]): Latency | null {
  const { values, count } = latencies(requests, phases, answeredByLimiter);
  if (count === 0) return null;
  const [p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0] = percentiles(values, count, [0.5, 0.9, 0.99, 0.999, 1]);
  return { p50, p90, p99, p999, max };
}

/** Outcomes of answers that a limiter gave. */
export const answeredByLimiter: readonly number[] = [
  outcomeCode.allowed,
  outcomeCode.denied,
  outcomeCode.unavailable,
];

/** Latencies in milliseconds, from the intended instant, of the rows of `phases` with one of `outcomes`. */
export function latencies(
  requests: Requests,
  phases: readonly number[],
  outcomes: readonly number[],
): { values: Float64Array; count: number } {
  const wantedPhase = phaseMask(phases);
  const wantedOutcome = phaseMask(outcomes);
  const values = new Float64Array(requests.count);
  let count = 0;
  for (let row = 0; row < requests.count; row++) {
    if (wantedPhase[requests.phase[row] ?? 0] !== 1 || wantedOutcome[requests.outcome[row] ?? 0] !== 1) continue;
    const latency = (requests.receivedMs[row] ?? Number.NaN) - (requests.intendedMs[row] ?? Number.NaN);
    if (!Number.isNaN(latency)) values[count++] = latency;
  }
  return { values, count };
}
