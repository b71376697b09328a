import type { Ledger } from "./ledger.ts";

/** The highest cost of rows under way at one instant, of which one at least overlaps another; 0 if all came one by one. Linear. */
export function mostOverlapping({ length, ended, sentMs, untilMs, cost, byUntil }: Ledger): number {
  let over = 0;
  let underWay = 0;
  let rows = 0;
  let most = 0;
  for (let row = 0; row < length; row++) {
    const atMs = sentMs[row] ?? 0;
    for (; over < ended && (untilMs[byUntil[over] ?? 0] ?? 0) < atMs; over++) {
      underWay -= cost[byUntil[over] ?? 0] ?? 0;
      rows--;
    }
    underWay += cost[row] ?? 0;
    rows++;
    const isLone = rows === 1 && (row + 1 >= length || (sentMs[row + 1] ?? 0) > (untilMs[row] ?? 0));
    if (!isLone && underWay > most) most = underWay;
  }
  return most;
}
