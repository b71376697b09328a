import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import type { DeciderOf } from "./decider.ts";

/** Says whether a replica may have been deciding without Redis at some instant of [fromMs, untilMs]. */
export type DegradedAt = (replica: number, fromMs: number, untilMs: number) => boolean;

/** Outcomes in which a limiter decided; a control, or what was never answered, says nothing of who did. */
const decided: ReadonlySet<number> = new Set([
  outcomeCode.allowed,
  outcomeCode.denied,
  outcomeCode.unavailable,
]);

/**
 * A replica counts as degraded from `windowMs` before an answer that it decided locally until `windowMs` after it: a
 * recovering replica may deny for what it remembers, though Redis has room. So does one that may have, as `decides` says.
 */
export function degradedSpans({ requests }: History, windowMs: number, decides: DeciderOf): DegradedAt {
  const spans = new Map<number, { fromMs: number; untilMs: number }[]>();
  for (let row = 0; row < requests.count; row++) {
    if (!decided.has(requests.outcome[row] ?? 0)) continue;
    const replica = requests.replica[row] ?? 0;
    const sentMs = requests.sentMs[row] ?? 0;
    const receivedMs = requests.receivedMs[row] ?? Number.NaN;
    if (decides(replica, requests.source[row] ?? 0, sentMs, receivedMs) === "redis") continue;
    const own = spans.get(replica) ?? [];
    spans.set(replica, own);
    const fromMs = sentMs - windowMs;
    const untilMs = (Number.isNaN(receivedMs) ? sentMs : receivedMs) + windowMs;
    const last = own.at(-1);
    if (last !== undefined && fromMs <= last.untilMs && untilMs >= last.fromMs) {
      last.fromMs = Math.min(last.fromMs, fromMs);
      last.untilMs = Math.max(last.untilMs, untilMs);
    } else {
      own.push({ fromMs, untilMs });
    }
  }
  if (spans.size === 0) return () => false;
  return (replica, fromMs, untilMs) =>
    spans.get(replica)?.some((span) => fromMs <= span.untilMs && untilMs >= span.fromMs) ?? false;
}
