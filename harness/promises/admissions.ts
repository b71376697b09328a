import type { Claim } from "../history/evidence.ts";
import type { FaultRecord } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";
import { kindCode, type Traces } from "../history/traces.ts";
import { eraOf, type Losses, lossesOf } from "./eras.ts";
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
  /** Let in by a replica without Redis, by phase code. */
  readonly localIn: Float64Array;
  readonly subjects: number;
}

/**
 * Judges all that `claim` let in against its upper promise, subject by subject; a loss of state separates two eras.
 * What a replica let in on its own is counted, not judged. One ledger is filled again for each subject.
 */
export function judgeAdmissions(claim: Claim, faults: readonly FaultRecord[]): Admissions {
  const kind = promiseOf(claim.promises.upper);
  const { traces } = claim;
  const losses = lossesOf(faults);
  const admissions: Admissions = {
    claim,
    kind,
    terms: termsOf(claim),
    spans: spanRecord(),
    countedIn: new Float64Array(256),
    localIn: new Float64Array(256),
    subjects: traces.groups,
  };
  if (kind.capacity === Number.POSITIVE_INFINITY) return admissions;
  const ledger = emptyLedger(mostAdmitted(traces));
  for (let group = 0; group < traces.groups; group++) {
    admissions.spans.judging = group;
    for (let era = 0; era <= losses.fromMs.length; era++) judgeEra(admissions, group, losses, era, ledger);
  }
  return admissions;
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

function judgeEra(admissions: Admissions, group: number, losses: Losses, era: number, ledger: Ledger): void {
  const { claim, kind, terms, spans, countedIn, localIn } = admissions;
  const { starts, sentMs, untilMs, cost, kind: said, source, phase } = claim.traces;
  const lossless = losses.fromMs.length === 0;
  const until = starts[group + 1] ?? 0;
  clearLedger(ledger);
  for (let i = starts[group] ?? 0; i < until; i++) {
    if (said[i] !== kindCode.allowed) continue;
    const sent = sentMs[i] ?? 0;
    const received = untilMs[i] ?? 0;
    const code = phase[i] ?? 0;
    if (source[i] === sourceCode.local) {
      if (era === 0) localIn[code] = (localIn[code] ?? 0) + 1;
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
  { traces }: Claim,
  { fromMs, untilMs, judging }: WorstSpan,
  faults: readonly FaultRecord[],
): number[] {
  const losses = lossesOf(faults);
  const rows: number[] = [];
  for (let i = traces.starts[judging] ?? 0; i < (traces.starts[judging + 1] ?? 0); i++) {
    const sent = traces.sentMs[i] ?? 0;
    const received = traces.untilMs[i] ?? 0;
    if (traces.kind[i] !== kindCode.allowed || traces.source[i] === sourceCode.local) continue;
    if (sent < fromMs || received > untilMs || eraOf(losses, sent, received) < 0) continue;
    rows.push(traces.row[i] ?? 0);
  }
  return rows.sort((a, b) => a - b);
}
