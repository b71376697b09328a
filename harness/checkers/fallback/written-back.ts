import type { Claim, Evidence } from "../../history/evidence.ts";
import type { FaultRecord, History } from "../../history/history.ts";
import { sourceCode } from "../../history/requests.ts";
import { kindCode } from "../../history/traces.ts";
import { clearLedger, closeLedger, emptyLedger, enter } from "../../promises/ledger.ts";
import { termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { shareOf } from "../../promises/shares.ts";
import { type SpanRecord, spanRecord, type WorstSpan } from "../../promises/span-record.ts";
import { redisAnswers } from "./awake.ts";
import { type FullOutage, outageOf, replicaCount } from "./full-outage.ts";
import type { LocalClaim } from "./judge-alone.ts";
import { unseenCost } from "./unseen-cost.ts";

/** What was let in around losses of Redis's data that the replicas made good. */
export interface WrittenBack {
  /** Losses that could be judged: every replica was seen to be back in time. */
  readonly losses: number;
  /** The span that went farthest beyond its bound, and whose it is. */
  readonly worst: (WorstSpan & { readonly group: number }) | null;
  /** The largest share of its bound that any span proved. */
  readonly fullestShare: number;
}

/**
 * Where replicas declare to write back what they had let in, a Redis that comes back empty grants no fresh limit. Each
 * replica remembers what it had let in, and holds back to its share until all must have written that back: the bound is
 * that of an outage for all in which Redis's data is kept. Besides, whatever Redis may have let in between the loss and
 * the instant at which a replica had its first answer, and with it the news, was let in unknowing.
 *
 * Left out are losses near another fault, or with a replica that was not seen to be back, and awake, in time, windows
 * that do not slide, and histories of more than `keysInMemory` subjects.
 */
export function writtenBack(evidence: Evidence, local: LocalClaim, keysInMemory: number): WrittenBack {
  const { history } = evidence;
  const { claim, promised, declared } = local;
  const none = { losses: 0, worst: null, fullestShare: 0 };
  const isJudged = declared.writesBack && promised.kind === "window" && claim.clockDoubt === null;
  if (!isJudged || declared.share !== "equal" || history.subjects.length > keysInMemory) return none;
  const count = replicaCount(history);
  const answers = redisAnswers(history, count);
  const losses = history.faults
    .filter(({ losesState, verified }) => losesState === "all" && verified !== null)
    .filter(({ replicas }) => new Set(replicas).size >= count)
    .map((fault) => ({ fault, outage: outageOf(history, emptied(fault), count, declared, answers) }))
    .filter(({ fault, outage }) => isInTime(history, fault, outage, 3 * promised.windowMs));
  const spans = spanRecord();
  let worst: WrittenBack["worst"] = null;
  for (const { outage } of losses)
    for (let group = 0; group < claim.traces.groups; group++) {
      const before = excessOf(spans.worst());
      judgeGroup(history, local, group, outage, spans);
      const found = spans.worst();
      if (found !== null && excessOf(found) > before) worst = { ...found, group };
    }
  const fullestShare = spans.fullest.reduce((most, share) => Math.max(most, share), 0);
  return { losses: losses.length, worst, fullestShare };
}

/** As an outage: between the loss and the first instant at which the empty Redis may have answered. */
function emptied(fault: FaultRecord): FaultRecord {
  return fault.cutsOff === true ? fault : { ...fault, healingMs: fault.fromMs, untilMs: fault.injectedMs };
}

/** All were back in time, in the lives in which they had been before, and no other fault was near. */
function isInTime(
  { lives, faults }: History,
  fault: FaultRecord,
  { returnsLate, endMs }: FullOutage,
  nearMs: number,
): boolean {
  const reborn = lives.some(({ fromMs }) => fromMs >= fault.fromMs && fromMs <= endMs);
  const isCrowded = faults.some(
    (other) => other !== fault && other.fromMs <= endMs + nearMs && other.untilMs + nearMs >= fault.fromMs,
  );
  return returnsLate.length === 0 && !reborn && !isCrowded;
}

function judgeGroup(
  { requests }: History,
  { claim, promised }: LocalClaim,
  group: number,
  outage: FullOutage,
  spans: SpanRecord,
): void {
  if (promised.kind !== "window") return;
  const { fault, endMs } = outage;
  const [fromMs, untilMs] = [fault.fromMs - promised.windowMs, endMs + promised.windowMs];
  const { starts, kind, sentMs, untilMs: ends, cost, phase } = claim.traces;
  const [from, until] = [starts[group] ?? 0, starts[group + 1] ?? 0];
  const ledger = emptyLedger(until - from);
  clearLedger(ledger);
  for (let i = from; i < until; i++)
    if (kind[i] === kindCode.allowed && (sentMs[i] ?? 0) > fromMs && (ends[i] ?? 0) < untilMs)
      enter(ledger, sentMs[i] ?? 0, ends[i] ?? 0, cost[i] ?? 0, phase[i] ?? 0);
  if (ledger.totalCost <= promised.limit) return;
  closeLedger(ledger);
  // What a replica heard after the loss began, an empty Redis may have said.
  const heard = { ...outage, fault: { ...fault, injectedMs: fault.fromMs } };
  const { staleness } = unseenCost(claim, requests, group, promised, heard, []);
  const extra =
    Math.ceil(staleness) +
    unknowing(claim, requests.replica, group, outage) +
    aloneElsewhere(claim, requests.replica, group, outage, { limit: promised.limit, fromMs, untilMs });
  const bound = { ...promised, limit: promised.limit + extra };
  promiseOf(bound).judgeSpans(ledger, termsOf(claim), spans);
}

/** What Redis may have let in after the loss for replicas that did not know of it yet. */
function unknowing(
  { traces }: Claim,
  replicas: History["requests"]["replica"],
  group: number,
  { fault, backMs }: FullOutage,
): number {
  let total = 0;
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.kind[i] === kindCode.denied || traces.source[i] === sourceCode.local) continue;
    const backAtMs = backMs[replicas[traces.row[i] ?? 0] ?? 0] ?? 0;
    if ((traces.untilMs[i] ?? 0) >= fault.fromMs && (traces.sentMs[i] ?? 0) <= backAtMs)
      total += traces.cost[i] ?? 0;
  }
  return total;
}

/** A share for each replica that let the subject in alone in the time that is judged, though the loss does not explain it. */
function aloneElsewhere(
  { traces }: Claim,
  replicas: History["requests"]["replica"],
  group: number,
  { fault, backMs }: FullOutage,
  { limit, fromMs, untilMs }: { readonly limit: number; readonly fromMs: number; readonly untilMs: number },
): number {
  const alone = new Set<number>();
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.kind[i] !== kindCode.allowed || traces.source[i] === sourceCode.redis) continue;
    if ((traces.untilMs[i] ?? 0) < fromMs || (traces.sentMs[i] ?? 0) > untilMs) continue;
    const replica = replicas[traces.row[i] ?? 0] ?? 0;
    const explained =
      (traces.sentMs[i] ?? 0) >= fault.fromMs && (traces.untilMs[i] ?? 0) <= (backMs[replica] ?? 0);
    if (!explained) alone.add(replica);
  }
  return [...alone].reduce((sum, replica) => sum + shareOf(limit, replica, backMs.length), 0);
}

function excessOf(span: WorstSpan | null): number {
  return span === null ? 0 : span.cost - span.bound;
}
