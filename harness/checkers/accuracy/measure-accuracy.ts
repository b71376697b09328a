import type { Claim, Evidence } from "../../history/evidence.ts";
import { outcomeCode, sourceCode } from "../../history/requests.ts";
import type { Triple } from "../../verdict/finding.ts";
import type { Accuracy } from "../../verdict/result.ts";
import { markAtMiddles } from "./at-middles.ts";
import { certainSpans } from "./certain-spans.ts";
import { deficitAtMost } from "./deficit-at-most.ts";
import { markInsertable } from "./deficit-proved.ts";
import { markLeftOut } from "./excess-at-most.ts";
import { mostPossible, possibleCost } from "./possible-cost.ts";
import { allocateSubjectRows, loadSubject, markBit, type SubjectRows } from "./subject-rows.ts";

/** Accuracy and the costs behind its shares, all of requests that judged phases scheduled. */
export interface MeasuredAccuracy extends Accuracy {
  /** Cost that the exact window would have left out. */
  readonly excessCost: Triple;
  /** Cost that it would have let in. */
  readonly deficitCost: Triple;
  readonly allowedCost: number;
  readonly deniedCost: number;
  /** Of `deniedCost`, what replicas denied on their own. */
  readonly locallyDeniedCost: number;
  /** Refused because the limiter could not decide: ambiguous, so never counted as denied. */
  readonly unavailableCost: number;
  /** Lost, an error or unavailable: consumed or not. */
  readonly ambiguousCost: number;
}

/**
 * Compares what was admitted with the exact sliding window (t - W, t] of every policy, per subject, in cost.
 *
 * The truth that the triples enclose, for hidden instants d and a choice for the ambiguous: the *excess* is the least
 * cost that must be left out so that every judged admission still there finds at most the limit in its window; the
 * *deficit* is the most cost of judged denials that can be put in, on top of all that was admitted, so that each of
 * them finds at most the limit in its window. For unit cost greedy passes in order of time reach both. Requests of
 * other phases consume but are neither left out nor put in. Of several policies a request must satisfy all.
 *
 * Returns null where no judged request was allowed or denied. Linear memory, O(n log n); worked out once for the same
 * evidence, which several checkers ask for.
 */
export function measureAccuracy(evidence: Evidence): MeasuredAccuracy | null {
  const known = measured.get(evidence);
  if (known !== undefined) return known;
  const accuracy = measuredIn(evidence);
  measured.set(evidence, accuracy);
  return accuracy;
}

const measured = new WeakMap<Evidence, MeasuredAccuracy | null>();

function measuredIn({ history, claims }: Evidence): MeasuredAccuracy | null {
  const judgedPhase = Uint8Array.from(history.phases, ({ role }) => (role === "judged" ? 1 : 0));
  const compared = claims.map((claim) => compareClaim(claim, history.requests.count, judgedPhase));
  const [first, ...others] = compared;
  if (first === undefined) return null;
  const costs = sumCosts(history.requests, judgedPhase, combinedMarks(first, others));
  if (costs.allowed + costs.denied === 0) return null;
  const excess = Math.max(...compared.map(({ excessProved }) => excessProved));
  const deficit = Math.min(...compared.map((one) => one.deficitAtMost));
  return {
    wronglyAllowedShare: wronglyAllowedShare(costs, excess),
    wronglyDeniedShare: wronglyDeniedShare(costs, deficit),
    worstAdmittedRatio: triple(
      Math.max(...compared.map(({ worst }) => worst.proved)),
      Math.max(...compared.map(({ worst }) => worst.estimate)),
      Math.max(...compared.map(({ worst }) => worst.atMost)),
    ),
    excessCost: triple(excess, costs.leftOutAtMiddle, costs.leftOutAllowed + costs.leftOutAmbiguous),
    deficitCost: triple(costs.insertable, costs.insertableAtMiddle, deficit),
    allowedCost: costs.allowed,
    deniedCost: costs.denied,
    locallyDeniedCost: costs.locallyDenied,
    unavailableCost: costs.unavailable,
    ambiguousCost: costs.ambiguous,
  };
}

/** The excess over what was admitted, and what the ambiguous may add to both: only those that are excess raise it. */
function wronglyAllowedShare(costs: Costs, excessProved: number): Triple {
  const { allowed, ambiguous, leftOutAllowed, leftOutAmbiguous, leftOutAtMiddle } = costs;
  return triple(
    share(excessProved, allowed + ambiguous),
    share(leftOutAtMiddle, allowed),
    share(leftOutAllowed + leftOutAmbiguous, allowed + leftOutAmbiguous),
  );
}

function wronglyDeniedShare(
  { allowed, ambiguous, insertable, insertableAtMiddle }: Costs,
  most: number,
): Triple {
  return triple(
    share(insertable, allowed + ambiguous + insertable),
    share(insertableAtMiddle, allowed + insertableAtMiddle),
    share(most, allowed + most),
  );
}

/** Of nothing, nothing was wrong. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** With weights a greedy estimate may lie outside of what is certain: it is moved to the nearer end. */
function triple(proved: number, estimate: number, atMost: number): Triple {
  return { proved, estimate: Math.min(Math.max(estimate, proved), atMost), atMost };
}

interface ClaimAccuracy {
  /** `markBit`s per row of the history's requests. */
  readonly marks: Uint8Array;
  readonly excessProved: number;
  readonly deficitAtMost: number;
  readonly worst: Triple;
}

/** Subject by subject. What is proved allows for a window of W - slack, what is possible for one of W + slack. */
function compareClaim(claim: Claim, requestCount: number, judgedPhase: Uint8Array): ClaimAccuracy {
  const { policy, traces, slackMs } = claim;
  const { limit, windowMs } = policy;
  const shortMs = windowMs - slackMs;
  const longMs = windowMs + slackMs;
  const marks = new Uint8Array(requestCount);
  const rows = allocateSubjectRows(largestGroup(traces));
  let excessProved = 0;
  let deficit = 0;
  let proved = 0;
  let estimate = 0;
  let atMost = 0;
  for (let group = 0; group < traces.groups; group++) {
    loadSubject(rows, traces, group, judgedPhase);
    if (rows.firstJudgedMs === Number.POSITIVE_INFINITY) continue;
    const spans = certainSpans(rows, limit, shortMs);
    excessProved += spans.excess;
    proved = Math.max(proved, spans.most);
    if (rows.deniedCost > 0) deficit += deficitAtMost(rows, limit, shortMs);
    estimate = Math.max(estimate, markAtMiddles(rows, limit, windowMs, marks));
    atMost = Math.max(atMost, markPossible(rows, limit, longMs, marks));
  }
  return {
    marks,
    excessProved,
    deficitAtMost: deficit,
    worst: triple(proved / limit, estimate / limit, atMost / limit),
  };
}

/** Marks what holds for the longest window, and returns the most that one can hold at a judged admission. */
function markPossible(rows: SubjectRows, limit: number, windowMs: number, marks: Uint8Array): number {
  const possible = rows.spareNumbers[0];
  possibleCost(rows, windowMs, possible);
  const most = mostPossible(rows, possible);
  if (most > limit) markLeftOut(rows, limit, windowMs, marks);
  if (rows.deniedCost > 0) markInsertable(rows, limit, windowMs, possible, marks);
  return most;
}

function largestGroup({ groups, starts }: Claim["traces"]): number {
  let most = 0;
  for (let g = 0; g < groups; g++) most = Math.max(most, (starts[g + 1] ?? 0) - (starts[g] ?? 0));
  return most;
}

const insertBits = markBit.insertable | markBit.insertableAtMiddle;

/** Left out by any policy is left out; only what all policies could insert is inserted. */
function combinedMarks(first: ClaimAccuracy, others: readonly ClaimAccuracy[]): Uint8Array {
  const { marks } = first;
  for (const other of others)
    for (let row = 0; row < marks.length; row++) {
      const a = marks[row] ?? 0;
      const b = other.marks[row] ?? 0;
      marks[row] = ((a | b) & ~insertBits) | (a & b & insertBits);
    }
  return marks;
}

/** Cost of judged requests. */
interface Costs {
  allowed: number;
  denied: number;
  locallyDenied: number;
  unavailable: number;
  ambiguous: number;
  leftOutAllowed: number;
  leftOutAmbiguous: number;
  leftOutAtMiddle: number;
  insertable: number;
  insertableAtMiddle: number;
}

function sumCosts(
  { count, outcome, phase, cost, source }: Evidence["history"]["requests"],
  judgedPhase: Uint8Array,
  marks: Uint8Array,
): Costs {
  const sums: Costs = {
    allowed: 0,
    denied: 0,
    locallyDenied: 0,
    unavailable: 0,
    ambiguous: 0,
    leftOutAllowed: 0,
    leftOutAmbiguous: 0,
    leftOutAtMiddle: 0,
    insertable: 0,
    insertableAtMiddle: 0,
  };
  for (let row = 0; row < count; row++) {
    if (judgedPhase[phase[row] ?? 0] !== 1) continue;
    const price = cost[row] ?? 0;
    const mark = marks[row] ?? 0;
    const how = outcome[row] ?? 0;
    if (how === outcomeCode.allowed) {
      sums.allowed += price;
      if ((mark & markBit.leftOut) !== 0) sums.leftOutAllowed += price;
      if ((mark & markBit.leftOutAtMiddle) !== 0) sums.leftOutAtMiddle += price;
    } else if (how === outcomeCode.denied) {
      sums.denied += price;
      if (source[row] === sourceCode.local) sums.locallyDenied += price;
      if ((mark & markBit.insertable) !== 0) sums.insertable += price;
      if ((mark & markBit.insertableAtMiddle) !== 0) sums.insertableAtMiddle += price;
    } else if (how === outcomeCode.unavailable || how === outcomeCode.error || how === outcomeCode.lost) {
      sums.ambiguous += price;
      if (how === outcomeCode.unavailable) sums.unavailable += price;
      if ((mark & markBit.leftOut) !== 0) sums.leftOutAmbiguous += price;
    }
  }
  return sums;
}
