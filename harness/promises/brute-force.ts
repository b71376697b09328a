import type { Promised } from "../../limiter/promised.ts";
import { exactLimiter } from "./exact-limiter.ts";

/** Test support: a cost and the interval in which it was consumed, in whole milliseconds. */
export interface Interval {
  readonly sentMs: number;
  readonly untilMs: number;
  readonly cost: number;
}

/** Test support, O(n^3): the most by which any closed span exceeds `curve`; negative if none does. */
export function worstExcess(
  rows: readonly Interval[],
  curve: (spanMs: number) => number,
  slackMs: number,
): number {
  let worst = Number.NEGATIVE_INFINITY;
  for (const { sentMs: fromMs } of rows) {
    for (const { untilMs } of rows) {
      if (untilMs < fromMs) continue;
      const inside = rows.filter((row) => row.sentMs >= fromMs && row.untilMs <= untilMs);
      worst = Math.max(worst, costOf(inside) - curve(untilMs - fromMs + slackMs));
    }
  }
  return worst;
}

/**
 * Test support, exponential: whether there are instants inside the intervals, on a grid of `stepMs`, at which an exact
 * limiter would have admitted all `rows`, its clock being ahead by one of `offsetsMs`.
 */
export function couldAllBeAdmitted(
  rows: readonly Interval[],
  promised: Promised,
  { stepMs = 1, offsetsMs = [0] }: { stepMs?: number; offsetsMs?: readonly number[] } = {},
): boolean {
  return offsetsMs.some((offsetMs) =>
    somePlacement(rows, stepMs, (placed) => {
      const limiter = exactLimiter(promised, offsetMs);
      return inOrder(placed).every(({ atMs, cost }) => {
        const admitted = cost <= limiter.room(atMs);
        if (admitted) limiter.consume(atMs, cost);
        return admitted;
      });
    }),
  );
}

/**
 * Test support, exponential: whether an exact limiter could rightly have denied `denied`, given that `certain` were
 * consumed within their intervals, and any of `ambiguous` or none.
 */
export function couldBeRightlyDenied(
  denied: Interval,
  certain: readonly Interval[],
  ambiguous: readonly Interval[],
  promised: Promised,
  { stepMs = 1, offsetsMs = [0] }: { stepMs?: number; offsetsMs?: readonly number[] } = {},
): boolean {
  return subsets(ambiguous).some((consumed) =>
    offsetsMs.some((offsetMs) =>
      somePlacement([denied, ...certain, ...consumed], stepMs, ([itself, ...others]) => {
        if (itself === undefined) return false;
        const limiter = exactLimiter(promised, offsetMs);
        for (const { atMs, cost } of inOrder(others)) if (atMs <= itself.atMs) limiter.consume(atMs, cost);
        return denied.cost > limiter.room(itself.atMs);
      }),
    ),
  );
}

interface Placed {
  readonly atMs: number;
  readonly cost: number;
}

function somePlacement(
  rows: readonly Interval[],
  stepMs: number,
  suits: (placed: readonly Placed[]) => boolean,
): boolean {
  const placed: Placed[] = [];
  const place = (next: number): boolean => {
    const row = rows[next];
    if (row === undefined) return suits(placed);
    for (let atMs = row.sentMs; atMs <= row.untilMs; atMs += stepMs) {
      placed[next] = { atMs, cost: row.cost };
      if (place(next + 1)) return true;
    }
    return false;
  };
  return place(0);
}

function inOrder(placed: readonly Placed[]): Placed[] {
  return placed.slice().sort((a, b) => a.atMs - b.atMs);
}

function subsets<T>(items: readonly T[]): T[][] {
  const [first, ...rest] = items;
  if (first === undefined) return [[]];
  return subsets(rest).flatMap((set) => [set, [first, ...set]]);
}

function costOf(rows: readonly Interval[]): number {
  return rows.reduce((sum, { cost }) => sum + cost, 0);
}
