import { roleBit, type SpanSweeps, type SubjectRows, spanLengths } from "./subject-rows.ts";

/** What the certain admissions of one subject prove, in cost. */
export interface CertainSpans {
  /** The exact window would have left out at least this much of what judged requests were given. */
  readonly excess: number;
  /** The most that certainly fell into one window at a judged admission. */
  readonly most: number;
}

/**
 * How many windows a span may be long, `spanLengths` of them. Long spans lose less at their ends, where it is
 * uncertain which side of the end a decision fell on; a chain of them covers the rest.
 */
const windowCounts = [1, 4, 16] as const;

/**
 * The best family of disjoint closed spans: a span shorter than k windows holds at most k limits under every order
 * of events, so what is certainly in it beyond that is excess. Admissions outside judged phases count in spans of
 * one window, where they certainly came before the judged ones; they are never excess themselves. `windowMs` is
 * the shortest that the window can be, its clock's error taken off. Linear: a sweep over starts of spans.
 */
export function certainSpans(rows: SubjectRows, limit: number, windowMs: number): CertainSpans {
  const { count, finite, sentMs, untilMs, cost, role, byUntil, firstJudgedMs } = rows;
  if (rows.allowedCost === 0) return { excess: 0, most: 0 };
  const { entered, after, lastMs, judgedCost } = restarted(rows.sweeps);
  const sweeps = rows.allowedCost > limit ? spanLengths : 1;
  const best = rows.spareNumbers[0].fill(0, 0, count + 1);
  let earlierCost = 0;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const here = best[i] ?? 0;
    if (here > (best[i + 1] ?? 0)) best[i + 1] = here;
    const fromMs = sentMs[i] ?? 0;
    const ownRole = role[i] ?? 0;
    const ownUntilMs = untilMs[i] ?? 0;
    const ownCost = cost[i] ?? 0;
    if ((ownRole & roleBit.allowed) === 0) continue;
    const judged = (ownRole & roleBit.judged) !== 0;
    if (!judged && ownUntilMs > firstJudgedMs) continue;
    for (let k = 0; k < sweeps; k++) {
      const windows = windowCounts[k] ?? 1;
      const boundMs = fromMs + windows * windowMs;
      let next = entered[k] ?? 0;
      while (next < finite) {
        const row = byUntil[next] ?? 0;
        const until = untilMs[row] ?? 0;
        if (until >= boundMs) break;
        next++;
        const rowRole = role[row] ?? 0;
        if ((rowRole & roleBit.allowed) === 0) continue;
        lastMs[k] = until;
        if (row < i) continue;
        if ((rowRole & roleBit.judged) !== 0) judgedCost[k] = (judgedCost[k] ?? 0) + (cost[row] ?? 0);
        else if (k === 0 && until <= firstJudgedMs) earlierCost += cost[row] ?? 0;
      }
      entered[k] = next;
      const certain = judgedCost[k] ?? 0;
      const all = k === 0 ? certain + earlierCost : certain;
      const gain = Math.min(certain, all - windows * limit);
      if (k === 0 && certain > 0 && all > most) most = all;
      if (gain > 0) {
        let end = Math.max(after[k] ?? 0, i + 1);
        while (end < count && (sentMs[end] ?? 0) <= (lastMs[k] ?? 0)) end++;
        after[k] = end;
        if (here + gain > (best[end] ?? 0)) best[end] = here + gain;
      }
      if (ownUntilMs >= boundMs) continue;
      if (judged) judgedCost[k] = certain - ownCost;
      else if (k === 0) earlierCost -= ownCost;
    }
  }
  return { excess: best[count] ?? 0, most };
}

function restarted(sweeps: SpanSweeps): SpanSweeps {
  for (let k = 0; k < spanLengths; k++) {
    sweeps.entered[k] = 0;
    sweeps.after[k] = 0;
    sweeps.lastMs[k] = Number.NEGATIVE_INFINITY;
    sweeps.judgedCost[k] = 0;
  }
  return sweeps;
}
