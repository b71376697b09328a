import type { Promised } from "../../limiter/promised.ts";
import type { Ledger } from "./ledger.ts";
import type { Terms } from "./promise.ts";
import type { SpanRecord } from "./span-record.ts";

/** More than float64 rounds in a product of a count and a share. */
const rounding = 1e-9;

/**
 * Offers, for each row that ends in a window of the clock in which it certainly was decided, what that window and
 * the one before certainly hold by then. The last of those decisions saw all the others, no later than now: so
 * `previous` * (1 - share of the window gone) + `current` was within the limit. Needs the offset of the clock. Linear.
 */
export function counterSpans(
  { ended, sentMs, untilMs, cost, phase, byUntil }: Ledger,
  { limit, windowMs, floorsPrevious = false }: Extract<Promised, { kind: "two-counters" }>,
  { slackMs, epochOffsetMs }: Terms,
  spans: SpanRecord,
): void {
  if (epochOffsetMs === null) return;
  const least = epochOffsetMs.atLeast - slackMs;
  const most = epochOffsetMs.atMost + slackMs;
  let window = Number.NEGATIVE_INFINITY;
  let current = 0;
  let previous = 0;
  for (let e = 0; e < ended; e++) {
    const row = byUntil[e] ?? 0;
    const endMs = untilMs[row] ?? 0;
    const itsWindow = Math.floor((endMs + most) / windowMs);
    if (Math.floor(((sentMs[row] ?? 0) + least) / windowMs) !== itsWindow) continue;
    if (itsWindow !== window) {
      previous = itsWindow === window + 1 ? current : 0;
      current = 0;
      window = itsWindow;
    }
    current += cost[row] ?? 0;
    const left = Math.max(0, 1 - (endMs + most - window * windowMs) / windowMs) * previous;
    const counted = floorsPrevious ? Math.max(0, Math.floor(left - rounding)) : left;
    const bound = Math.floor(limit + previous - counted + rounding);
    const fromMs = (previous > 0 ? window - 1 : window) * windowMs - least;
    spans.offer(fromMs, endMs, previous + current, bound, phase[row] ?? 0);
  }
}
