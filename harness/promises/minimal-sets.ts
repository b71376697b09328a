import type { Ledger } from "./ledger.ts";

/** Hears of one set: all its cost was consumed within [fromMs, untilMs]. False: no more sets are wanted. */
export type OnSet = (fromMs: number, untilMs: number, cost: number, phase: number) => boolean;

/**
 * Finds the shortest spans that certainly hold more than `limit` and are shorter than `belowMs`: no other span
 * lies within one of them. Both ends ascend from set to set; `phase` is that of the row that closes it. Linear.
 */
export function minimalSets(
  { length, ended, sentMs, untilMs, cost, phase, byUntil }: Ledger,
  limit: number,
  belowMs: number,
  onSet: OnSet,
): void {
  let closed = 0;
  let inside = 0;
  let untilSoFar = Number.NEGATIVE_INFINITY;
  let code = 0;
  for (let start = 0; start < length; start++) {
    while (closed < ended && inside <= limit) {
      const row = byUntil[closed] ?? 0;
      untilSoFar = untilMs[row] ?? 0;
      code = phase[row] ?? 0;
      // All that end at one instant are in or out together.
      for (; closed < ended && (untilMs[byUntil[closed] ?? 0] ?? 0) === untilSoFar; closed++) {
        const tied = byUntil[closed] ?? 0;
        if (tied >= start) inside += cost[tied] ?? 0;
      }
    }
    if (inside <= limit) return;
    const fromMs = sentMs[start] ?? 0;
    const inSet = (untilMs[start] ?? 0) <= untilSoFar ? (cost[start] ?? 0) : 0;
    const minimal = inside - inSet <= limit;
    if (minimal && untilSoFar - fromMs < belowMs && !onSet(fromMs, untilSoFar, inside, code)) return;
    inside -= inSet;
  }
}
