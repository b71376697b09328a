import type { Ledger } from "./ledger.ts";

/**
 * The cost, less `limit`, that may have counted for a decision whose stamp and whose look at the log both lie somewhere in
 * [sentMs, untilMs]: all that was sent by then, less what had certainly been decided `memoryMs` before. O(log n) each.
 */
export function possibleWithin(
  { length, ended, sentMs: sent, untilMs: ends, cost, byUntil }: Ledger,
  memoryMs: number,
  limit: number,
): (sentMs: number, untilMs: number) => number {
  const sentCost = sums(length, (i) => cost[i] ?? 0);
  const endedCost = sums(ended, (i) => cost[byUntil[i] ?? 0] ?? 0);
  return (sentMs, untilMs) => {
    const begun = countUntil(length, (i) => sent[i] ?? 0, untilMs);
    const gone = countUntil(ended, (i) => ends[byUntil[i] ?? 0] ?? 0, sentMs - memoryMs);
    return (sentCost[begun] ?? 0) - (endedCost[gone] ?? 0) - limit;
  };
}

function sums(count: number, costAt: (index: number) => number): Float64Array {
  const all = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) all[i + 1] = (all[i] ?? 0) + costAt(i);
  return all;
}

/** How many of the ascending instants are not after `lastMs`. */
function countUntil(count: number, instantAt: (index: number) => number, lastMs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (instantAt(middle) <= lastMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
