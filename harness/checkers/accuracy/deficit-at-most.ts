import { roleBit, type SubjectRows } from "./subject-rows.ts";

/**
 * The most cost of judged denials that the exact window could have admitted under any order of events.
 *
 * Of a set that it could have admitted, the last denial j shares its window with at most `room(j)`: the limit less
 * what certainly was in it. What came before that window is such a set of earlier denials. So
 * `bound(n) = min(bound(n - 1) + cost(n), max over j <= n of (bound(before the window of j) + room(j)))`.
 * Denials that took longer than a window have no "before": their cost is added as it is. `windowMs` is the shortest
 * that the window can be. O(n log n).
 */
export function deficitAtMost(rows: SubjectRows, limit: number, windowMs: number): number {
  const { count, finite, sentMs, untilMs, cost, role, byUntil } = rows;
  const [allowedUntil, boundSentMs, bound] = rows.spareNumbers;
  fillAllowedUntil(rows, windowMs, allowedUntil);
  let certain = 0;
  let done = 0;
  let bounds = 0;
  let most = 0;
  let ceiling = 0;
  let slow = 0;
  let before = 0;
  let earlier = 0;
  for (let i = 0; i < count; i++) {
    if ((role[i] ?? 0) !== judgedDenial) continue;
    const atMs = sentMs[i] ?? 0;
    for (; done < finite; done++) {
      const past = byUntil[done] ?? 0;
      if ((untilMs[past] ?? 0) >= atMs) break;
      if (isQuickAllowed(rows, past, windowMs)) certain += cost[past] ?? 0;
    }
    const price = cost[i] ?? 0;
    const windowFromMs = (untilMs[i] ?? 0) - windowMs;
    before = countAtMost(sentMs, count, windowFromMs, before);
    const room = limit - Math.max(0, certain - (allowedUntil[before] ?? 0));
    if (price > room) continue;
    if (windowFromMs >= atMs) {
      slow += price;
      continue;
    }
    earlier = countAtMost(boundSentMs, bounds, windowFromMs, earlier);
    ceiling = Math.max(ceiling, (earlier === 0 ? 0 : (bound[earlier - 1] ?? 0)) + room);
    most = Math.min(most + price, ceiling);
    boundSentMs[bounds] = atMs;
    bound[bounds] = most;
    bounds++;
  }
  return most + slow;
}

const judgedDenial = roleBit.denied | roleBit.judged;

/** Only quick ones are counted as certain: those sent before a window certainly left it, without a second search. */
function isQuickAllowed({ role, sentMs, untilMs }: SubjectRows, i: number, windowMs: number): boolean {
  return ((role[i] ?? 0) & roleBit.allowed) !== 0 && (untilMs[i] ?? 0) - (sentMs[i] ?? 0) < windowMs / 2;
}

/** Into `sums[n]`: what the quick allowed ones among the first n rows cost. */
function fillAllowedUntil(rows: SubjectRows, windowMs: number, sums: Float64Array): void {
  let sum = 0;
  sums[0] = 0;
  for (let i = 0; i < rows.count; i++) {
    if (isQuickAllowed(rows, i, windowMs)) sum += rows.cost[i] ?? 0;
    sums[i + 1] = sum;
  }
}

/** How many of the first `count` entries of `sorted` are at most `value`: quick if that is near `guess`. */
function countAtMost(sorted: Float64Array, count: number, value: number, guess: number): number {
  let low = guess;
  let high = guess;
  for (let step = 1; low > 0 && (sorted[low - 1] ?? 0) > value; step *= 2) {
    high = low - 1;
    low = Math.max(0, low - step);
  }
  for (let step = 1; high < count && (sorted[high] ?? 0) <= value; step *= 2) {
    low = high + 1;
    high = Math.min(count, high + step);
  }
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
