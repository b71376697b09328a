import type { Ledger } from "./ledger.ts";
import { possibleSince } from "./possible-since.ts";
import type { Terms } from "./promise.ts";

/** Counts kept for each window of Redis's clock. */
export interface Counters {
  readonly limit: number;
  readonly windowMs: number;
  /** Whether the window before counts too, in proportion to how much of it the last windowMs still cover. */
  readonly previousCounts: boolean;
}

/**
 * Writes what the counters may have held at each t of `atMs`, less the limit, at its greatest over all offsets of
 * the clock. If t may lie on either side of a border between two windows, both are tried; if the offset is not
 * known, all that any windows can hold is counted in full. Linear.
 */
export function possibleCounters(
  ledger: Ledger,
  counters: Counters,
  { slackMs, epochOffsetMs }: Terms,
  atMs: Float64Array,
  count: number,
  out: Float64Array,
): void {
  const { limit, windowMs, previousCounts } = counters;
  const least = (epochOffsetMs?.atLeast ?? Number.NEGATIVE_INFINITY) - slackMs;
  const most = (epochOffsetMs?.atMost ?? Number.POSITIVE_INFINITY) + slackMs;
  if (most - least >= windowMs) {
    const memoryMs = previousCounts ? 2 * windowMs : windowMs;
    possibleSince(ledger, memoryMs + 2 * slackMs, limit, atMs, count, out);
    return;
  }
  const { length, sentMs, cost } = ledger;
  const earlier = heldAt(ledger, counters, slackMs);
  const later = heldAt(ledger, counters, slackMs);
  let sent = 0;
  let sentCost = 0;
  for (let k = 0; k < count; k++) {
    const t = atMs[k] ?? 0;
    while (sent < length && (sentMs[sent] ?? 0) <= t) sentCost += cost[sent++] ?? 0;
    const first = Math.floor((t + least) / windowMs) * windowMs;
    const last = Math.floor((t + most) / windowMs) * windowMs;
    // A clock so fast that t is in the later window began the earlier one a whole window ago or more.
    let possible = earlier(t, sentCost, last > first ? t - windowMs : first - most, first - least);
    if (last > first) possible = Math.max(possible, later(t, sentCost, last - most, t));
    out[k] = possible - limit;
  }
}

/**
 * The most that is held at t, of `sentCost` sent by then, if the window of t began within [earliestMs, latestMs].
 * Both ascend from call to call. A row counts where it weighs most.
 */
type HeldAt = (t: number, sentCost: number, earliestMs: number, latestMs: number) => number;

function heldAt(ledger: Ledger, { windowMs, previousCounts }: Counters, slackMs: number): HeldAt {
  const beforeThis = decidedBefore(ledger);
  const beforePrevious = decidedBefore(ledger);
  return (t, sentCost, earliestMs, latestMs) => {
    const notInThis = beforeThis(earliestMs - slackMs);
    const current = sentCost - notInThis;
    if (!previousCounts) return current;
    const previous = notInThis - beforePrevious(earliestMs - windowMs - 2 * slackMs);
    const covered = 1 - Math.max(0, t - slackMs - latestMs) / windowMs;
    return current + previous * Math.max(0, covered);
  };
}

/** Cost that had certainly been decided before an instant; the instants ascend. */
function decidedBefore({ ended, untilMs, cost, byUntil }: Ledger): (instantMs: number) => number {
  let at = 0;
  let decided = 0;
  return (instantMs) => {
    for (; at < ended; at++) {
      const row = byUntil[at] ?? 0;
      if ((untilMs[row] ?? 0) >= instantMs) break;
      decided += cost[row] ?? 0;
    }
    return decided;
  };
}
