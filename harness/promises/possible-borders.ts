import type { Ledger } from "./ledger.ts";

/** Borders are tried in so many cells of a window. */
const cells = 32;

/**
 * Writes what two counters may have held at each t of `atMs`, less the limit, at its greatest over all places of the border
 * between their windows: at b, in (t - windowMs, t], all since b counts in full and what is up to a window older in
 * proportion to how much of its window the last windowMs still cover. Linear, `cells` times over.
 *
 * Borders of one cell are judged at once: what may lie after the first of them counts in full, what is older by
 * the share of the last. Each t may have another border, so nothing is assumed of where the windows lie, be it by the
 * process or by each key, nor that they go on from where they began after a rest.
 */
export function possibleBorders(
  ledger: Ledger,
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
  slackMs: number,
  atMs: Float64Array,
  count: number,
  out: Float64Array,
): void {
  const { length, sentMs, cost } = ledger;
  const cellMs = windowMs / cells;
  const goneBefore = decidedBefore(ledger);
  let sent = 0;
  let sentCost = 0;
  for (let k = 0; k < count; k++) {
    const t = atMs[k] ?? 0;
    while (sent < length && (sentMs[sent] ?? 0) <= t) sentCost += cost[sent++] ?? 0;
    let most = 0;
    for (let cell = 0; cell < cells; cell++) {
      const firstMs = t - (cell + 1) * cellMs;
      const older = goneBefore(cell, firstMs - slackMs);
      const gone = goneBefore(cells + cell, firstMs - windowMs - 2 * slackMs);
      const covered = 1 - Math.max(0, cell * cellMs - slackMs) / windowMs;
      most = Math.max(most, sentCost - older + (older - gone) * covered);
    }
    out[k] = most - limit;
  }
}

/** Cost that had certainly been decided before an instant, for two cells a window; of each cell the instants ascend. */
function decidedBefore({
  ended,
  untilMs,
  cost,
  byUntil,
}: Ledger): (cell: number, instantMs: number) => number {
  const at = new Uint32Array(2 * cells);
  const decided = new Float64Array(2 * cells);
  return (cell, instantMs) => {
    let next = at[cell] ?? 0;
    let sum = decided[cell] ?? 0;
    for (; next < ended; next++) {
      const row = byUntil[next] ?? 0;
      if ((untilMs[row] ?? 0) >= instantMs) break;
      sum += cost[row] ?? 0;
    }
    at[cell] = next;
    decided[cell] = sum;
    return sum;
  };
}
