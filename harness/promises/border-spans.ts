import { costEndedBy, costSentBy } from "./cost-by.ts";
import type { Ledger } from "./ledger.ts";
import type { Terms } from "./promise.ts";
import type { SpanRecord } from "./span-record.ts";

/** More than float64 rounds in a product of a count and a share. */
const rounding = 1e-6;

/** So many borders are tried at most; of what is longer, fewer ends. */
const mostTried = 5_000_000;

/** What two counters count. */
export interface CountedInTwo {
  readonly limit: number;
  readonly windowMs: number;
  readonly floorsPrevious: boolean;
}

/**
 * Offers, for each end b of a row, what two counters certainly hold by then wherever the border between their windows
 * lies, in (b - windowMs, b]: of all borders the one that leaves most room. Quadratic in what one window holds.
 *
 * Sound for windows that begin by the process, by each key or anew after a rest, and wherever a request is stamped: rows
 * decided before a border and rows sent after it lie in their windows for certain, and the last of the latter to be
 * decided saw all of them, with a stamp no later than b, and so `previous` * (1 - share of the window gone) + `current` was
 * within the limit. A row under way at the border may have been stamped before it and decided unseen by all that came
 * after it: it counts only if its answer was there before the last row was sent, and then as one of the window before.
 * Between two rows' beginnings, or ends of their windows, an earlier border leaves more room, so only those are tried.
 */
export function borderSpans(
  ledger: Ledger,
  { limit, windowMs, floorsPrevious }: CountedInTwo,
  { slackMs }: Terms,
  spans: SpanRecord,
): void {
  const { ended, sentMs, untilMs, cost, byUntil, phase } = ledger;
  const sentBy = costSentBy(ledger);
  const endedBy = costEndedBy(ledger);
  const borders = bordersOf(ledger, windowMs, slackMs);
  const begun = Float64Array.from(borders, (atMs) => sentBy(atMs));
  const over = Float64Array.from(borders, (atMs) => endedBy(atMs));
  const gone = Float64Array.from(borders, (atMs) => sentBy(atMs - windowMs + slackMs));
  let first = 0;
  let next = 0;
  let last = 0;
  let tried = 0;
  for (let e = 0; e < ended; e++) {
    const row = byUntil[e] ?? 0;
    const endMs = untilMs[row] ?? 0;
    if (row > last) last = row;
    const earliestMs = endMs - windowMs - slackMs;
    while (first < borders.length && (borders[first] ?? 0) <= earliestMs) first++;
    while (next < borders.length && (borders[next] ?? 0) <= endMs) next++;
    if (tried > (mostTried * (e + 1)) / ended) continue;
    tried += next - first;
    const all = endedBy(endMs);
    const lastMs = sentMs[last] ?? 0;
    const underWay =
      sentBy(lastMs) - endedBy(lastMs) - ((untilMs[last] ?? 0) > lastMs ? (cost[last] ?? 0) : 0);
    let [fromMs, current, older, left] = [earliestMs, all - sentBy(earliestMs), 0, 0];
    for (let at = first; at < next; at++) {
      const atMs = borders[at] ?? 0;
      const share = Math.max(0, 1 - (endMs - atMs + slackMs) / windowMs);
      const since = all - (begun[at] ?? 0);
      const seen = lastMs > atMs ? (begun[at] ?? 0) - underWay : 0;
      const before = Math.max(0, Math.max(seen, over[at] ?? 0) - (gone[at] ?? 0));
      if (since + before * share < current + older * left)
        [fromMs, current, older, left] = [atMs - windowMs, since, before, share];
    }
    const weighed = older * left;
    const counted = floorsPrevious ? Math.max(0, Math.floor(weighed - rounding)) : weighed;
    const bound = Math.floor(limit + older - counted + rounding);
    spans.offer(fromMs, endMs, current + older, bound, phase[row] ?? 0);
  }
}

/** Where a border leaves most room: just after a row was sent, or as one leaves the window before; ascending. */
function bordersOf({ length, sentMs }: Ledger, windowMs: number, slackMs: number): Float64Array {
  const borders = new Float64Array(2 * length);
  for (let row = 0; row < length; row++) {
    borders[row] = sentMs[row] ?? 0;
    borders[length + row] = (sentMs[row] ?? 0) + windowMs - slackMs;
  }
  return borders.sort();
}
