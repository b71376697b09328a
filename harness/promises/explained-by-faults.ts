import type { History } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";
import { declaresWithoutRedis, undeclaredReturnMs } from "./without-redis.ts";

/** Says whether a fault explains that `replica` decided without Redis at some instant of [fromMs, untilMs]. */
export type ExplainedByFault = (replica: number, fromMs: number, untilMs: number) => boolean;

/**
 * A fault explains it for the replicas that it aims at, from its beginning until `afterMs` after the replica's first
 * answer by Redis since it was healed, and at least `returnMs` after the heal: of several processes behind one port the
 * others may come back later. Where nothing is declared for the time without Redis, a return has its time and no more.
 */
export function explainedByFaults(
  { faults, promises, requests }: History,
  afterMs: number,
  returnMs = 0,
): ExplainedByFault {
  const longestMs = declaresWithoutRedis(promises) ? Number.POSITIVE_INFINITY : undeclaredReturnMs;
  const spans = faults.flatMap((fault) =>
    fault.replicas.map((replica) => ({
      replica,
      fromMs: fault.fromMs,
      healedMs: fault.untilMs,
      backMs: fault.untilMs + longestMs,
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
  for (const span of spans) span.backMs = Math.max(span.backMs, span.healedMs + returnMs);
  return (replica, fromMs, untilMs) =>
    spans.some(
      (span) => span.replica === replica && untilMs >= span.fromMs && fromMs <= span.backMs + afterMs,
    );
}
