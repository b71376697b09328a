import { consuming, markBit, roleBit, type SubjectRows } from "./subject-rows.ts";

/**
 * Marks `leftOut` what is left of the judged admissions after one greedy pass in order of sending that keeps only
 * what fits under every order of events: the least repair leaves out no more. Admissions of other phases stay in.
 * `windowMs` is the longest that the window can be. Linear.
 */
export function markLeftOut(rows: SubjectRows, limit: number, windowMs: number, marks: Uint8Array): void {
  const { count, finite, sentMs, untilMs, cost, role, row, byUntil, spareFlags: kept } = rows;
  kept.fill(0, 0, count);
  let held = 0;
  let other = 0;
  let gone = 0;
  let judgedUntilMs = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const own = role[i] ?? 0;
    if ((own & roleBit.judged) === 0 || (own & consuming) === 0) continue;
    judgedUntilMs = Math.max(judgedUntilMs, untilMs[i] ?? 0);
    // A kept request may be decided as late as `judgedUntilMs`: others that were sent until then may be in its window.
    for (; other < count && (sentMs[other] ?? 0) <= judgedUntilMs; other++) {
      const otherRole = role[other] ?? 0;
      if ((otherRole & roleBit.judged) !== 0 || (otherRole & consuming) === 0) continue;
      kept[other] = 1;
      held += cost[other] ?? 0;
    }
    const lastMs = (sentMs[i] ?? 0) - windowMs;
    for (; gone < finite; gone++) {
      const past = byUntil[gone] ?? 0;
      if ((untilMs[past] ?? 0) > lastMs) break;
      if (kept[past] === 1) held -= cost[past] ?? 0;
    }
    const price = cost[i] ?? 0;
    if (held + price <= limit) {
      kept[i] = 1;
      held += price;
    } else {
      const at = row[i] ?? 0;
      marks[at] = (marks[at] ?? 0) | markBit.leftOut;
    }
  }
}
