import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { kindCode, type Traces } from "../history/traces.ts";
import { claimLosses } from "./claim-losses.ts";
import { admitterOf, type DeciderOf, type Undeclared } from "./decider.ts";
import { eraOf, type Losses } from "./eras.ts";
import { type ExplainedByFault, explainedByFaults } from "./explained-by-faults.ts";
import { clearLedger, closeLedger, emptyLedger, enter, type Ledger } from "./ledger.ts";
import { type PromiseKind, type Terms, termsOf } from "./promise.ts";
import { promiseOf } from "./promise-of.ts";
import { type SpanRecord, spanRecord, type WorstSpan } from "./span-record.ts";
import { leastFull } from "./step-spans.ts";

/** What one claim's requests come to, all subjects together. */
export interface Admissions {
  readonly claim: Claim;
  readonly kind: PromiseKind;
  readonly terms: Terms;
  /** The fullest and the worst spans. */
  readonly spans: SpanRecord;
  /** Requests counted, by phase code. */
  readonly countedIn: Float64Array;
  /** Let in by a replica without Redis, or perhaps so, by phase code. */
  readonly localIn: Float64Array;
  /** Of these, what no fault explains. */
  readonly unexplainedIn: Float64Array;
  readonly subjects: number;
  /** So often state was lost, at most, of one that is judged for itself. */
  readonly losses: number;
}

/**
 * Judges all that `claim` let in against its upper promise, subject by subject; a loss of state separates two eras.
 * What a replica let in on its own is counted, not judged. Where nothing is declared for the time without Redis, an answer
 * near a fault that does not say who decided is judged only if the promise is kept with it.
 */
export function judgeAdmissions(claim: Claim, history: History): Admissions {
  const admissions = judgeAll(claim, history, "counted");
  return admissions.spans.worst() === null ? admissions : judgeAll(claim, history, "doubted");
}

/** One ledger is filled again for each subject. */
function judgeAll(claim: Claim, history: History, undeclared: Undeclared): Admissions {
  const kind = promiseOf(claim.promises.upper);
  const { traces, policy } = claim;
  const lossesOf = claimLosses(claim, history);
  const admissions: Admissions = {
    claim,
    kind,
    terms: termsOf(claim),
    spans: spanRecord(),
    countedIn: new Float64Array(256),
    localIn: new Float64Array(256),
    unexplainedIn: new Float64Array(256),
    subjects: traces.groups,
    losses: mostLosses(traces, lossesOf),
  };
  if (kind.capacity === Number.POSITIVE_INFINITY) return admissions;
  const judging: Judging = {
    admissions,
    replicaOf: history.requests.replica,
    decides: admitterOf(history, policy.windowMs, undeclared),
    explained: explainedByFaults(history, policy.windowMs),
    ledger: emptyLedger(mostAdmitted(traces)),
  };
  for (let group = 0; group < traces.groups; group++) {
    admissions.spans.judging = group;
    const losses = lossesOf(group);
    for (let era = 0; era <= losses.fromMs.length; era++) judgeEra(judging, group, losses, era);
  }
  return admissions;
}

function mostLosses({ groups }: Traces, lossesOf: (group: number) => Losses): number {
  let most = 0;
  for (let group = 0; group < groups; group++) most = Math.max(most, lossesOf(group).fromMs.length);
  return most;
}

function mostAdmitted({ groups, starts, kind }: Traces): number {
  let most = 0;
  for (let group = 0; group < groups; group++) {
    let admitted = 0;
    for (let i = starts[group] ?? 0; i < (starts[group + 1] ?? 0); i++)
      if (kind[i] === kindCode.allowed) admitted++;
    if (admitted > most) most = admitted;
  }
  return most;
}

interface Judging {
  readonly admissions: Admissions;
  readonly replicaOf: Uint16Array;
  readonly decides: DeciderOf;
  readonly explained: ExplainedByFault;
  readonly ledger: Ledger;
}

function judgeEra(
  { admissions, replicaOf, decides, explained, ledger }: Judging,
  group: number,
  losses: Losses,
  era: number,
): void {
  const { claim, kind, terms, spans, countedIn, localIn, unexplainedIn } = admissions;
  const { starts, sentMs, untilMs, cost, kind: said, source, phase, row } = claim.traces;
  const lossless = losses.fromMs.length === 0;
  const until = starts[group + 1] ?? 0;
  clearLedger(ledger);
  // Every name of a run is new, so nothing is kept of it before the first who asks, whatever becomes of that; or after a loss.
  if (era === 0) ledger.sinceMs = sentMs[starts[group] ?? 0] ?? Number.NEGATIVE_INFINITY;
  for (let i = starts[group] ?? 0; i < until; i++) {
    if (said[i] !== kindCode.allowed) continue;
    const sent = sentMs[i] ?? 0;
    const received = untilMs[i] ?? 0;
    const code = phase[i] ?? 0;
    const replica = replicaOf[row[i] ?? 0] ?? 0;
    if (decides(replica, source[i] ?? 0, sent, received) !== "redis") {
      if (era !== 0) continue;
      localIn[code] = (localIn[code] ?? 0) + 1;
      if (!explained(replica, sent, received)) unexplainedIn[code] = (unexplainedIn[code] ?? 0) + 1;
      continue;
    }
    if (!lossless && eraOf(losses, sent, received) !== era) continue;
    countedIn[code] = (countedIn[code] ?? 0) + 1;
    enter(ledger, sent, received, cost[i] ?? 0, code);
  }
  // Most subjects never come near their limit: nothing that they did is news.
  if (ledger.totalCost <= kind.curve(0) * leastFull(ledger, spans)) return;
  closeLedger(ledger);
  kind.judgeSpans(ledger, terms, spans);
}

/** Rows of the history that prove `span`, ascending. */
export function rowsWithin(
  claim: Claim,
  { fromMs, untilMs, judging }: WorstSpan,
  history: History,
): number[] {
  const { traces, policy } = claim;
  const losses = claimLosses(claim, history)(judging);
  const era = eraOf(losses, untilMs, untilMs);
  const decides = admitterOf(history, policy.windowMs);
  const rows: number[] = [];
  for (let i = traces.starts[judging] ?? 0; i < (traces.starts[judging + 1] ?? 0); i++) {
    const sent = traces.sentMs[i] ?? 0;
    const received = traces.untilMs[i] ?? 0;
    const row = traces.row[i] ?? 0;
    if (traces.kind[i] !== kindCode.allowed) continue;
    if (decides(history.requests.replica[row] ?? 0, traces.source[i] ?? 0, sent, received) !== "redis")
      continue;
    if (sent < fromMs || received > untilMs || eraOf(losses, sent, received) !== era) continue;
    rows.push(row);
  }
  return rows.sort((a, b) => a - b);
}
