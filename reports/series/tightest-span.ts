import { evidenceOf } from "../../harness/history/evidence-of.ts";
import type { History } from "../../harness/history/history.ts";
import { type Admissions, judgeAdmissions, rowsWithin } from "../../harness/promises/admissions.ts";
import { mildest } from "../../harness/promises/readings.ts";
import type { WorstSpan } from "../../harness/promises/span-record.ts";
import { spanWitness } from "../../harness/promises/span-witness.ts";
import type { Witness } from "../../harness/verdict/finding.ts";

/**
 * Where somebody came nearest to what is promised, in a judged phase, by the spans that `within-bound` judges: owners, losses of
 * state, what was given back and what replicas let in alone count as they do there. `null` where nothing is bounded or was let in, and
 * where a span goes beyond: that is for a checker to say.
 */
export function tightestSpan(history: History): Witness | null {
  const { verdict, judged } = mildest(evidenceOf(history), ({ claims }) => {
    const all = claims.map((claim) => judgeAdmissions(claim, history));
    const isBroken = all.some(({ spans }) => spans.worst() !== null);
    return { verdict: isBroken ? ("fail" as const) : ("pass" as const), judged: all };
  });
  const tightest = verdict === "fail" ? null : tightestOf(judged, history);
  if (tightest === null) return null;
  const { admissions, span } = tightest;
  const witness = spanWitness(admissions.claim, span, history);
  const { cost } = history.requests;
  // Windows of the clock are judged by fewer requests than their spans hold.
  const letIn = rowsWithin(admissions.claim, span, history).reduce((sum, row) => sum + (cost[row] ?? 0), 0);
  return letIn > witness.bound ? null : { ...witness, cost: letIn };
}

interface Tightest {
  readonly admissions: Admissions;
  readonly span: WorstSpan;
}

/** The fullest of a judged phase, or of any if those show none; of several as full the shortest. */
function tightestOf(judged: readonly Admissions[], { phases }: History): Tightest | null {
  const found = judged.flatMap((admissions) =>
    [...admissions.spans.tightest].map(([code, span]) => ({ admissions, code, span })),
  );
  const ofJudged = found.filter(({ code }) => phases[code]?.role === "judged");
  const [best] = (ofJudged.length > 0 ? ofJudged : found).toSorted(
    ({ span: a }, { span: b }) =>
      b.cost / b.bound - a.cost / a.bound || a.untilMs - a.fromMs - (b.untilMs - b.fromMs),
  );
  return best ?? null;
}
