import type { WithoutRedisPromise } from "../../../limiter/promised.ts";
import type { Claim, Evidence } from "../../history/evidence.ts";
import { type DeciderOf, deciderOf } from "../../promises/decider.ts";
import { lossesOf } from "../../promises/eras.ts";
import { clearLedger, closeLedger, emptyLedger, enter, type Ledger } from "../../promises/ledger.ts";
import { type Terms, termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { type SpanRecord, spanRecord, type WorstSpan } from "../../promises/span-record.ts";
import { leastFull } from "../../promises/step-spans.ts";
import { boundsOf } from "./bounds-of.ts";
import { type Limited, limitedOf, sharePromise } from "./degraded-promise.ts";
import { type FullOutage, fullOutages, replicaCount } from "./full-outage.ts";
import { type LocalRows, localRows } from "./local-rows.ts";

/** The `local` fallback of one policy, declared and promised in a way that can be judged. */
export interface LocalClaim {
  readonly claim: Claim;
  readonly promised: Limited;
  readonly declared: Extract<WithoutRedisPromise, { kind: "local" }>;
}

/** What a bound was made of. */
export interface Judged {
  readonly group: number;
  /** The replica that was judged alone; null for all together. */
  readonly replica: number | null;
  /** The most cost that may be let in at once: in any span shorter than a window, by a full bucket. */
  readonly atOnce: number;
  readonly staleness: number;
}

/** The span that proves the largest share of its bound. */
export interface Fullest extends Judged {
  readonly share: number;
}

/** What one policy's answers without Redis come to, all subjects together. */
export interface AloneJudgement {
  /** What went farthest beyond its bound. */
  readonly worst: (WorstSpan & Judged) | null;
  /** In the phases that are asked for: where all together came nearest their bound, and where one replica did. */
  readonly together: Fullest | null;
  readonly single: Fullest | null;
  /** The most that was unseen of one subject, weighed by shares. */
  readonly staleness: number;
  /** Replicas that were not seen to come back in time after some outage: each may let in a share more. */
  readonly late: number;
}

/** Requests of no phase: spans that no answer without Redis is in. */
const noPhase = 255;

/** `recorded`: what was let in. `cold`: what would have been, had each replica granted the whole limit on its own. */
export type Story = "recorded" | "cold";

/** The claims whose fallback is `local`; where each replica counts alone anyway, there is nothing to share. */
export function localClaims({ claims }: Evidence): LocalClaim[] {
  return claims.flatMap((claim) => {
    const declared = claim.promises.withoutRedis;
    const promised = limitedOf(claim.promises.upper);
    const isTogether = claim.promises.isPerReplica !== true;
    return declared?.kind === "local" && promised !== null && isTogether
      ? [{ claim, promised, declared }]
      : [];
  });
}

/**
 * Judges every span that may hold an answer given without Redis: each replica's own by its share, and all together
 * by the sharpest bound that what is known of the outage allows. Subjects that were never decided so are left out.
 */
export function judgeAlone(
  evidence: Evidence,
  local: LocalClaim,
  phases: readonly number[],
  story: Story = "recorded",
): AloneJudgement {
  const { history } = evidence;
  const { claim, promised, declared } = local;
  const { memoryMs } = promiseOf(promised);
  const judging: Judging = {
    evidence,
    local,
    story,
    memoryMs,
    count: replicaCount(history),
    outages: fullOutages(history, declared),
    decides: deciderOf(history, memoryMs),
    ledger: emptyLedger(longestGroup(claim)),
    terms: termsOf(claim),
    together: { spans: spanRecord(), fullest: null },
    single: { spans: spanRecord(), fullest: null },
    phases,
    worst: null,
    staleness: 0,
  };
  for (let group = 0; group < claim.traces.groups; group++) judgeGroup(judging, group);
  const { together, single, worst, staleness, outages } = judging;
  return {
    worst,
    together: together.fullest,
    single: single.fullest,
    staleness,
    late: new Set(outages.flatMap(({ late }) => late)).size,
  };
}

interface Book {
  readonly spans: SpanRecord;
  fullest: Fullest | null;
}

interface Judging {
  readonly evidence: Evidence;
  readonly local: LocalClaim;
  readonly story: Story;
  readonly memoryMs: number;
  readonly count: number;
  readonly outages: readonly FullOutage[];
  readonly decides: DeciderOf;
  readonly ledger: Ledger;
  readonly terms: Terms;
  readonly together: Book;
  readonly single: Book;
  readonly phases: readonly number[];
  worst: AloneJudgement["worst"];
  staleness: number;
}

function longestGroup({ traces }: Claim): number {
  let most = 0;
  for (let g = 0; g < traces.groups; g++)
    most = Math.max(most, (traces.starts[g + 1] ?? 0) - (traces.starts[g] ?? 0));
  return most;
}

function judgeGroup(judging: Judging, group: number): void {
  const { evidence, local, count, outages, decides, story } = judging;
  const { requests } = evidence.history;
  const rows = localRows(local.claim, evidence.history, group, decides, story);
  if (rows.firstMs === Number.POSITIVE_INFINITY) return;
  const losses = lossesOf(evidence.history.faults, local.claim.promises);
  const bounds = boundsOf({ local, requests, group, rows, outages, losses, count });
  for (const { fromMs, untilMs, promised, staleness } of bounds) {
    fill(
      judging,
      group,
      rows,
      (at, sent, until) => rows.letIn[at] === 1 && sent >= fromMs && until <= untilMs,
    );
    judgeLedger(judging, promised, { group, replica: null, staleness });
    judging.staleness = Math.max(judging.staleness, staleness);
  }
  for (const [life, replica] of rows.alone) {
    fill(judging, group, rows, (at) => rows.letIn[at] === 1 && rows.life[at] === life);
    const share = sharePromise(local.promised, replica, count, local.declared.share);
    judgeLedger(judging, share, { group, replica, staleness: 0 });
  }
}

/** Only spans that end while answers without Redis may still be in them say something of the fallback. */
function fill(
  { local, ledger, memoryMs }: Judging,
  group: number,
  { firstMs, lastMs }: LocalRows,
  counts: (at: number, sentMs: number, untilMs: number) => boolean,
): void {
  const { starts, sentMs, untilMs, cost, phase } = local.claim.traces;
  const from = starts[group] ?? 0;
  clearLedger(ledger);
  for (let i = from; i < (starts[group + 1] ?? 0); i++) {
    const sent = sentMs[i] ?? 0;
    const until = untilMs[i] ?? 0;
    if (!counts(i - from, sent, until)) continue;
    const near = until >= firstMs && sent <= lastMs + memoryMs;
    enter(ledger, sent, until, cost[i] ?? 0, near ? (phase[i] ?? noPhase) : noPhase);
  }
}

function judgeLedger(
  judging: Judging,
  promised: ReturnType<typeof sharePromise>,
  context: Omit<Judged, "atOnce">,
): void {
  const { ledger, terms, phases } = judging;
  const book = context.replica === null ? judging.together : judging.single;
  const { spans } = book;
  const kind = promiseOf(promised);
  if (ledger.length === 0 || ledger.totalCost <= kind.curve(0) * leastFull(ledger, spans)) return;
  closeLedger(ledger);
  const before = excessOf(spans.worst());
  kind.judgeSpans(ledger, terms, spans);
  const judged = { ...context, atOnce: kind.curve(0) };
  const worst = spans.worst();
  if (worst !== null && excessOf(worst) > Math.max(before, excessOf(judging.worst)))
    judging.worst = { ...worst, ...judged };
  const share = phases.reduce((most, code) => Math.max(most, spans.fullest[code] ?? 0), 0);
  if (share > (book.fullest?.share ?? 0)) book.fullest = { ...judged, share };
}

function excessOf(span: WorstSpan | null): number {
  return span === null ? 0 : span.cost - span.bound;
}
