import type { History } from "../../harness/history/history.ts";
import { outcomeCode } from "../../harness/history/requests.ts";
import type { Latency, LoadNumbers, OutcomeCounts, PhaseResult } from "../../harness/verdict/result.ts";
import { rank } from "../series/quantile-series.ts";

/** The numbers of each phase of a simulated run. */
export function samplePhaseResults(history: History): PhaseResult[] {
  return history.phases.map((phase, index) => {
    const rows = rowsOf(history, [index]);
    const { fromMs, untilMs } = phase;
    return {
      ...phase,
      fromMs: fromMs - history.run.originMs,
      untilMs: untilMs - history.run.originMs,
      load: sampleLoad(history, rows, untilMs - fromMs),
      outcomes: sampleOutcomes(history, rows),
      latencyMs: sampleLatency(history, rows),
    };
  });
}

/** Rows of the phases with these indices. */
export function rowsOf({ requests }: History, phases: readonly number[]): Uint32Array {
  const wanted = new Set(phases);
  const rows = new Uint32Array(requests.count);
  let length = 0;
  for (let row = 0; row < requests.count; row++)
    if (wanted.has(requests.phase[row] ?? 0)) rows[length++] = row;
  return rows.subarray(0, length);
}

/** How well `rows` kept their schedule. */
export function sampleLoad({ requests }: History, rows: Uint32Array, durationMs: number): LoadNumbers {
  const lag = differences(rows, requests.sentMs, requests.intendedMs);
  return {
    offered: rows.length,
    sent: rows.length,
    dropped: 0,
    achievedRatePerSecond: (rows.length * 1_000) / durationMs,
    sendLagMs: { p50: rank(lag, 0.5), p99: rank(lag, 0.99), max: rank(lag, 1) },
  };
}

/** What became of `rows`. */
export function sampleOutcomes({ requests }: History, rows: Uint32Array): OutcomeCounts {
  const counts = new Uint32Array(8);
  for (const row of rows) {
    const outcome = requests.outcome[row] ?? 0;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  const of = (name: keyof typeof outcomeCode) => counts[outcomeCode[name]] ?? 0;
  return {
    allowed: of("allowed"),
    denied: of("denied"),
    unavailable: of("unavailable"),
    errors: of("error"),
    lost: of("lost"),
  };
}

/** How long the answered ones of `rows` took, from the intended instant. */
export function sampleLatency({ requests }: History, rows: Uint32Array): Latency | null {
  const took = differences(rows, requests.receivedMs, requests.intendedMs);
  if (took.length === 0) return null;
  const at = (share: number) => rank(took, share);
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), p999: at(0.999), max: at(1) };
}

/** `later` minus `earlier` of `rows`, the least first; what has no such instant is left out. */
function differences(rows: Uint32Array, later: Float64Array, earlier: Float64Array): Float64Array {
  const values = new Float64Array(rows.length);
  let length = 0;
  for (const row of rows) {
    const value = (later[row] ?? 0) - (earlier[row] ?? 0);
    if (Number.isFinite(value)) values[length++] = value;
  }
  return values.subarray(0, length).sort();
}
