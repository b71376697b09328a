import type { Ledger } from "./ledger.ts";

/** The cost of what was sent, or had certainly been decided, by an instant. O(log n). */
export type CostBy = (atMs: number) => number;

/** Of all rows, by when they were sent. */
export function costSentBy({ length, sentMs, cost }: Ledger): CostBy {
  return costBy(
    length,
    (i) => sentMs[i] ?? 0,
    (i) => cost[i] ?? 0,
  );
}

/** Of the rows that ended, by when they had. */
export function costEndedBy({ ended, untilMs, cost, byUntil }: Ledger): CostBy {
  return costBy(
    ended,
    (i) => untilMs[byUntil[i] ?? 0] ?? 0,
    (i) => cost[byUntil[i] ?? 0] ?? 0,
  );
}

/** Instants ascend with their index. */
function costBy(
  count: number,
  instantAt: (index: number) => number,
  costAt: (index: number) => number,
): CostBy {
  const sums = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) sums[i + 1] = (sums[i] ?? 0) + costAt(i);
  return (atMs) => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (instantAt(middle) <= atMs) low = middle + 1;
      else high = middle;
    }
    return sums[low] ?? 0;
  };
}
