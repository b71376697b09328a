import { consuming, roleBit, type SubjectRows } from "./subject-rows.ts";

/**
 * Per row, the most cost that one window can hold at the instant when the row was sent, under any order of events;
 * between two sends it only falls. `windowMs` is the longest that the window can be. Fills `into`, linear.
 */
export function possibleCost(rows: SubjectRows, windowMs: number, into: Float64Array): void {
  const { count, finite, sentMs, untilMs, cost, role, byUntil } = rows;
  let held = 0;
  let sent = 0;
  let gone = 0;
  for (let i = 0; i < count; i++) {
    const atMs = sentMs[i] ?? 0;
    for (; sent < count && (sentMs[sent] ?? 0) <= atMs; sent++)
      if (((role[sent] ?? 0) & consuming) !== 0) held += cost[sent] ?? 0;
    for (; gone < finite; gone++) {
      const row = byUntil[gone] ?? 0;
      if ((untilMs[row] ?? 0) > atMs - windowMs) break;
      if (((role[row] ?? 0) & consuming) !== 0) held -= cost[row] ?? 0;
    }
    into[i] = held;
  }
}

/** The most that one window can hold at a judged admission, given `possible` of `possibleCost`. */
export function mostPossible(rows: SubjectRows, possible: Float64Array): number {
  const { count, sentMs, untilMs, role } = rows;
  let most = 0;
  let judgedUntilMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const own = role[i] ?? 0;
    if ((own & consuming) === 0) continue;
    if ((own & roleBit.judged) !== 0) judgedUntilMs = Math.max(judgedUntilMs, untilMs[i] ?? 0);
    if ((sentMs[i] ?? 0) <= judgedUntilMs) most = Math.max(most, possible[i] ?? 0);
  }
  return most;
}
