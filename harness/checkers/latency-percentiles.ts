import { outcomeCode, type Requests } from "../history/requests.ts";
import type { Latency } from "../verdict/result.ts";
import { percentilesOf } from "./percentile.ts";

/** Whose latencies: what the limiter decided, or the controls that no limiter guards. */
export type LatencyOf = "decisions" | "controls";

/**
 * Latencies from the intended instant of the answered requests of `phases` (indices), in milliseconds.
 * An error, or a refusal because no decision came in time, is no decision: it is left out.
 */
export function latencies(
  requests: Requests,
  phases: Iterable<number>,
  of: LatencyOf = "decisions",
): Float64Array {
  const asked = new Uint8Array(256);
  for (const phase of phases) asked[phase] = 1;
  const counts = countedOutcomes[of];
  const found = new Float64Array(requests.count);
  let count = 0;
  for (let row = 0; row < requests.count; row++) {
    if (asked[requests.phase[row] ?? 0] !== 1 || counts[requests.outcome[row] ?? 0] !== 1) continue;
    found[count++] = (requests.receivedMs[row] ?? 0) - (requests.intendedMs[row] ?? 0);
  }
  return found.subarray(0, count);
}

const countedOutcomes: Readonly<Record<LatencyOf, Uint8Array>> = {
  decisions: flags(outcomeCode.allowed, outcomeCode.denied),
  controls: flags(outcomeCode.control),
};

function flags(...codes: readonly number[]): Uint8Array {
  const counted = new Uint8Array(256);
  for (const code of codes) counted[code] = 1;
  return counted;
}

/** The percentiles of the decisions of `phases` (indices); null when none was answered. */
export function latencyPercentiles(requests: Requests, phases: Iterable<number>): Latency | null {
  const all = latencies(requests, phases);
  if (all.length === 0) return null;
  const [p50 = 0, p90 = 0, p99 = 0, p999 = 0, max = 0] = percentilesOf(all, [50, 90, 99, 99.9, 100]);
  return { p50, p90, p99, p999, max };
}
