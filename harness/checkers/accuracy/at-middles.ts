import { sortOrder } from "./sort-order.ts";
import { markBit, roleBit, type SubjectRows } from "./subject-rows.ts";

/**
 * The estimate: every decision fell into the middle of its interval and nothing ambiguous consumed. Marks what a
 * greedy pass in order of time leaves out of the judged admissions and what it could insert of the judged denials
 * (for unit cost both are optimal), and returns the most that one window held at a judged admission. Linear where
 * rows come nearly in order.
 */
export function markAtMiddles(rows: SubjectRows, limit: number, windowMs: number, marks: Uint8Array): number {
  const { count, cost, role, row, spareFlags: held } = rows;
  const middleMs = rows.spareNumbers[0];
  const order = rows.spareOrder;
  const settled = orderByMiddle(rows, middleMs, order);
  held.fill(0, 0, count);
  let most = 0;
  let admitted = 0;
  let kept = 0;
  let inserted = 0;
  let head = 0;
  let tail = 0;
  for (let at = 0; at < settled; at++) {
    const i = order[at] ?? 0;
    const nowMs = middleMs[i] ?? 0;
    for (; head < settled; head++) {
      const next = order[head] ?? 0;
      if ((middleMs[next] ?? 0) > nowMs) break;
      const nextRole = role[next] ?? 0;
      if ((nextRole & roleBit.allowed) === 0) continue;
      admitted += cost[next] ?? 0;
      if ((nextRole & roleBit.judged) !== 0) continue;
      kept += cost[next] ?? 0;
      held[next] = 1;
    }
    for (; tail < settled; tail++) {
      const past = order[tail] ?? 0;
      if ((middleMs[past] ?? 0) > nowMs - windowMs) break;
      const price = cost[past] ?? 0;
      if (((role[past] ?? 0) & roleBit.denied) !== 0) {
        if (held[past] === 1) inserted -= price;
        continue;
      }
      admitted -= price;
      if (held[past] === 1) kept -= price;
    }
    const own = role[i] ?? 0;
    if ((own & roleBit.judged) === 0) continue;
    const price = cost[i] ?? 0;
    const mark = row[i] ?? 0;
    if ((own & roleBit.denied) !== 0) {
      if (admitted + inserted + price > limit) continue;
      inserted += price;
      held[i] = 1;
      marks[mark] = (marks[mark] ?? 0) | markBit.insertableAtMiddle;
      continue;
    }
    if (admitted > most) most = admitted;
    if (kept + price > limit) {
      marks[mark] = (marks[mark] ?? 0) | markBit.leftOutAtMiddle;
      continue;
    }
    kept += price;
    held[i] = 1;
  }
  return most;
}

/** Into `order`: the rows that are not ambiguous, in order of the middles that it fills in. Returns their count. */
function orderByMiddle(rows: SubjectRows, middleMs: Float64Array, order: Uint32Array): number {
  const { count, sentMs, untilMs, role } = rows;
  let settled = 0;
  for (let i = 0; i < count; i++) {
    if (((role[i] ?? 0) & roleBit.ambiguous) !== 0) continue;
    middleMs[i] = ((sentMs[i] ?? 0) + (untilMs[i] ?? 0)) / 2;
    order[settled++] = i;
  }
  sortOrder(order, settled, middleMs, rows.spareTargets);
  return settled;
}
