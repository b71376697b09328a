import type { History } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";

/** Says whether a fault explains that `replica` decided without Redis at some instant of [fromMs, untilMs]. */
export type ExplainedByFault = (replica: number, fromMs: number, untilMs: number) => boolean;

/**
 * A fault explains it for the replicas that it aims at, from its beginning until `afterMs` after the replica's first
 * answer by Redis since it was healed.
 */
export function explainedByFaults({ faults, requests }: History, afterMs: number): ExplainedByFault {
  const spans = faults.flatMap((fault) =>
    fault.replicas.map((replica) => ({
      replica,
      fromMs: fault.fromMs,
      healedMs: fault.untilMs,
      backMs: Number.POSITIVE_INFINITY,
    })),
  );
  if (spans.length === 0) return () => false;
  for (let row = 0; row < requests.count; row++) {
    if (requests.source[row] !== sourceCode.redis) continue;
    const replica = requests.replica[row] ?? 0;
    const received = requests.receivedMs[row] ?? Number.NaN;
    for (const span of spans)
      if (span.replica === replica && received >= span.healedMs && received < span.backMs)
        span.backMs = received;
  }
  return (replica, fromMs, untilMs) =>
    spans.some(
      (span) => span.replica === replica && untilMs >= span.fromMs && fromMs <= span.backMs + afterMs,
    );
}
