import type { Ledger } from "./ledger.ts";
import type { SpanRecord } from "./span-record.ts";
import type { StepCurve } from "./step-spans.ts";

/** Into so many parts a window is divided at the most; must be a power of two. */
const mostParts = 65_536;
// Shared by all calls, as large as it gets, so that a million small subjects allocate nothing.
const fullestOfPart = new Float64Array(mostParts);
const startOfPart = new Uint32Array(mostParts);
const fullestFrom = new Float64Array(mostParts + 1);
const startFrom = new Uint32Array(mostParts + 1);

/**
 * Offers, for every end b, the best start among all that lie `leastMs` or more before b; `leastMs` is whole windows,
 * and no interval is longer.
 *
 * Then no row can begin before and end after a span: the cost certain in [a, b] is what has ended by b less what was
 * sent before a, and what is to be found is the greatest limit * (windows before a) - (cost sent before a). Whether a span
 * has one step more or less depends on which of a and b lies farther into its window, so starts are kept by
 * how far they are into theirs, in up to 65,536 parts. Within one part the order is not asked: what is offered is
 * exact, but among starts of one part a slightly less full one may be taken.
 */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: one monomorphic loop over millions of rows
export function farSpans(
  { length, ended, sentMs, untilMs, cost, phase, byUntil, scratch }: Ledger,
  { limit, windowMs, stepsIn }: StepCurve,
  leastMs: number,
  slackMs: number,
  spans: SpanRecord,
): void {
  const { third: sentBefore } = scratch;
  const parts = partsFor(length);
  fullestOfPart.fill(Number.NEGATIVE_INFINITY, 0, parts);
  fullestFrom.fill(Number.NEGATIVE_INFINITY, 0, parts + 1);
  const originMs = sentMs[0] ?? 0;
  let begun = 0;
  let sentCost = 0;
  let endedCost = 0;
  let best = Number.NEGATIVE_INFINITY;
  let bestStart = 0;
  for (let e = 0; e < ended; e++) {
    const row = byUntil[e] ?? 0;
    const endMs = untilMs[row] ?? 0;
    endedCost += cost[row] ?? 0;
    for (; begun < length && endMs - (sentMs[begun] ?? 0) + slackMs >= leastMs; begun++) {
      const startMs = (sentMs[begun] ?? 0) - originMs;
      const windows = Math.floor(startMs / windowMs);
      const part = Math.min(parts - 1, Math.floor((startMs / windowMs - windows) * parts));
      const fullness = limit * windows - sentCost;
      sentBefore[begun] = sentCost;
      sentCost += cost[begun] ?? 0;
      if (fullness > best) {
        best = fullness;
        bestStart = begun;
      }
      if (fullness <= (fullestOfPart[part] ?? 0)) continue;
      fullestOfPart[part] = fullness;
      startOfPart[part] = begun;
      // A Fenwick tree of maxima over the parts from the last to the first.
      for (let node = parts - part; node <= parts; node += node & -node) {
        if (fullness <= (fullestFrom[node] ?? 0)) break;
        fullestFrom[node] = fullness;
        startFrom[node] = begun;
      }
    }
    if (begun === 0) continue;
    const intoWindow = (endMs + slackMs - originMs) / windowMs;
    const endPart = Math.min(parts - 1, Math.floor((intoWindow - Math.floor(intoWindow)) * parts));
    let later = Number.NEGATIVE_INFINITY;
    let laterStart = bestStart;
    for (let node = parts - 1 - endPart; node > 0; node -= node & -node) {
      if ((fullestFrom[node] ?? 0) <= later) continue;
      later = fullestFrom[node] ?? 0;
      laterStart = startFrom[node] ?? 0;
    }
    const code = phase[row] ?? 0;
    const laterMs = sentMs[laterStart] ?? 0;
    spans.offer(
      laterMs,
      endMs,
      endedCost - (sentBefore[laterStart] ?? 0),
      limit * (stepsIn(endMs - laterMs + slackMs) + 1),
      code,
    );
    const bestMs = sentMs[bestStart] ?? 0;
    spans.offer(
      bestMs,
      endMs,
      endedCost - (sentBefore[bestStart] ?? 0),
      limit * (stepsIn(endMs - bestMs + slackMs) + 1),
      code,
    );
    if ((fullestOfPart[endPart] ?? 0) === Number.NEGATIVE_INFINITY) continue;
    const sameStart = startOfPart[endPart] ?? 0;
    const sameMs = sentMs[sameStart] ?? 0;
    spans.offer(
      sameMs,
      endMs,
      endedCost - (sentBefore[sameStart] ?? 0),
      limit * (stepsIn(endMs - sameMs + slackMs) + 1),
      code,
    );
  }
}

/** Fine enough that the parts are much shorter than the gaps between starts, coarse enough to clear quickly. */
function partsFor(length: number): number {
  return Math.min(mostParts, 2 ** Math.ceil(Math.log2(64 * length)));
}
