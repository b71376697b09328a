import type { Ledger } from "./ledger.ts";
import { slackOf, type Terms } from "./promise.ts";
import type { SpanRecord } from "./span-record.ts";

/** A curve that follows a straight line, rounded down to whole costs. */
export interface AffineCurve {
  readonly ratePerMs: number;
  readonly windowMs: number;
  readonly curve: (spanMs: number) => number;
}

/**
 * For every instant b at which a row ends, offers the start a for which the cost certain in [a, b] goes farthest
 * beyond (b - a) * `ratePerMs`: no span of any length exceeds an affine curve of that rate by more. Near-linear.
 *
 * A row that ends adds its cost to every start up to its own, never to a later one. So a start that is behind
 * an earlier one stays behind for ever and is dropped: those left lead the earlier ones, and the last leads them all.
 * They are linked by `next`; `lessBy` is how much less cost each has than the one before it; `leader` finds who is
 * left of a dropped start (path halving). Costs are whole numbers, so nothing is rounded but one product.
 */
export function affineSpans(
  { length, ended, sentMs, untilMs, cost, phase, byUntil, scratch }: Ledger,
  { ratePerMs, windowMs, curve }: AffineCurve,
  terms: Terms,
  spans: SpanRecord,
): void {
  const { first: leader, second: next, third: lessBy } = scratch;
  let begun = 0;
  let last = 0;
  let lastCost = 0;
  for (let e = 0; e < ended; e++) {
    const row = byUntil[e] ?? 0;
    const endMs = untilMs[row] ?? 0;
    for (; begun < length && (sentMs[begun] ?? 0) <= endMs; begun++) {
      if (begun === 0 || lastCost < ((sentMs[begun] ?? 0) - (sentMs[last] ?? 0)) * ratePerMs) {
        next[last] = begun;
        lessBy[begun] = lastCost;
        leader[begun] = begun;
        last = begun;
        lastCost = 0;
      } else {
        leader[begun] = last;
      }
    }
    let start = row;
    for (let up = leader[start] ?? 0; up !== start; up = leader[start] ?? 0) {
      leader[start] = leader[up] ?? 0;
      start = leader[start] ?? 0;
    }
    if (start === last) {
      lastCost += cost[row] ?? 0;
    } else {
      let behind = next[start] ?? 0;
      let less = (lessBy[behind] ?? 0) + (cost[row] ?? 0);
      const startMs = sentMs[start] ?? 0;
      while (less >= ((sentMs[behind] ?? 0) - startMs) * ratePerMs) {
        leader[behind] = start;
        if (behind === last) {
          last = start;
          lastCost += less;
          break;
        }
        behind = next[behind] ?? 0;
        less += lessBy[behind] ?? 0;
      }
      if (start !== last) {
        next[start] = behind;
        lessBy[behind] = less;
      }
    }
    const fromMs = sentMs[last] ?? 0;
    const spanMs = endMs - fromMs;
    spans.offer(fromMs, endMs, lastCost, curve(spanMs + slackOf(terms, windowMs, spanMs)), phase[row] ?? 0);
  }
}
