import { markBit, roleBit, type SubjectRows } from "./subject-rows.ts";

/**
 * Marks `insertable` a set of judged denials, grown in order of sending, that the exact window could have admitted
 * together under every order of events. `possible` is that of `possibleCost`; `windowMs` is the longest that the
 * window can be. O(n log n) at worst: one search a denial for which there is room at all.
 */
export function markInsertable(
  rows: SubjectRows,
  limit: number,
  windowMs: number,
  possible: Float64Array,
  marks: Uint8Array,
): void {
  const { count, finite, sentMs, untilMs, cost, role, row, byUntil, spareFlags: inserted } = rows;
  const peak = rows.spareNumbers[1];
  if (!fillPeaks(rows, limit, possible, peak)) return;
  inserted.fill(0, 0, count);
  // Rows of falling `possible`, the first of them the highest between here and the last instant of any inserted one.
  const highest = rows.spareOrder;
  let head = 0;
  let tail = 0;
  let seen = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let held = 0;
  let gone = 0;
  for (let i = 0; i < count; i++) {
    if ((role[i] ?? 0) !== judgedDenial) continue;
    const price = cost[i] ?? 0;
    const own = peak[i] ?? 0;
    if (own + price > limit) continue;
    const atMs = sentMs[i] ?? 0;
    for (; gone < finite; gone++) {
      const past = byUntil[gone] ?? 0;
      if ((untilMs[past] ?? 0) > atMs - windowMs) break;
      if (inserted[past] === 1) held -= cost[past] ?? 0;
    }
    if (own + held + price > limit) continue;
    for (; seen < count && (sentMs[seen] ?? 0) <= lastMs; seen++) {
      while (tail > head && (possible[highest[tail - 1] ?? 0] ?? 0) <= (possible[seen] ?? 0)) tail--;
      highest[tail++] = seen;
    }
    while (head < tail && (highest[head] ?? 0) < i) head++;
    const earlier = head < tail ? (possible[highest[head] ?? 0] ?? 0) : 0;
    if (earlier + held + price > limit) continue;
    inserted[i] = 1;
    held += price;
    lastMs = Math.max(lastMs, untilMs[i] ?? 0);
    const at = row[i] ?? 0;
    marks[at] = (marks[at] ?? 0) | markBit.insertable;
  }
}

const judgedDenial = roleBit.denied | roleBit.judged;

/** Into `peak`, for every judged denial with room: the most of `possible` within its interval, else Infinity. */
function fillPeaks(rows: SubjectRows, limit: number, possible: Float64Array, peak: Float64Array): boolean {
  const { count, sentMs, untilMs, cost, role, spareOrder: higher } = rows;
  // A stack: each row is higher than all rows between it and the entry above it; the top is the row itself.
  let top = 0;
  let any = false;
  for (let i = count - 1; i >= 0; i--) {
    const own = possible[i] ?? 0;
    while (top > 0 && (possible[higher[top - 1] ?? 0] ?? 0) <= own) top--;
    higher[top++] = i;
    if ((role[i] ?? 0) !== judgedDenial) continue;
    peak[i] = Number.POSITIVE_INFINITY;
    if (own + (cost[i] ?? 0) > limit) continue;
    const endMs = untilMs[i] ?? 0;
    let low = 0;
    let high = top - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sentMs[higher[middle] ?? 0] ?? 0) <= endMs) high = middle;
      else low = middle + 1;
    }
    const most = possible[higher[low] ?? 0] ?? 0;
    peak[i] = most;
    if (most + (cost[i] ?? 0) <= limit) any = true;
  }
  return any;
}
