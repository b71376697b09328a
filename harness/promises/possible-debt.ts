import type { Ledger } from "./ledger.ts";

/** Added to every debt, in cost: more than float64 rounds in the sums below. */
export const debtRounding = 1e-7;

/**
 * Writes the highest debt that a bucket leaking `ratePerMs` may have had at each t of `atMs`, less `limit`. What
 * was consumed later has leaked less, so the highest debt is that of a bucket filled with each cost when it was
 * certainly decided, plus all that was sent but not certainly decided. Linear.
 *
 * The debt at t is the greatest, over all u <= t, of (cost decided in [u, t]) - (t - u) * ratePerMs: sums of whole
 * costs and one product, so rounding does not add up as it would by leaking step by step.
 */
export function possibleDebt(
  { length, ended, sentMs, untilMs, cost, byUntil }: Ledger,
  ratePerMs: number,
  limit: number,
  atMs: Float64Array,
  count: number,
  out: Float64Array,
): void {
  const originMs = sentMs[0] ?? 0;
  let sent = 0;
  let decided = 0;
  let sentCost = 0;
  let decidedCost = 0;
  // The lowest of (cost decided before u) - (u - origin) * ratePerMs over the ends u so far.
  let lowest = Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) {
    const t = atMs[k] ?? 0;
    while (sent < length && (sentMs[sent] ?? 0) <= t) sentCost += cost[sent++] ?? 0;
    while (decided < ended && (untilMs[byUntil[decided] ?? 0] ?? 0) <= t) {
      const row = byUntil[decided++] ?? 0;
      const before = decidedCost - ((untilMs[row] ?? 0) - originMs) * ratePerMs;
      if (before < lowest) lowest = before;
      decidedCost += cost[row] ?? 0;
    }
    const debt = decidedCost - (t - originMs) * ratePerMs - lowest;
    out[k] = (debt > 0 ? debt : 0) + (sentCost - decidedCost) + debtRounding - limit;
  }
}
