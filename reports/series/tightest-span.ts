import type { History } from "../../harness/history/history.ts";
import { outcomeCode, sourceCode } from "../../harness/history/requests.ts";
import { promiseOf } from "../../harness/promises/promise-of.ts";
import type { Witness } from "../../harness/verdict/finding.ts";
import { witnessRows } from "../../harness/verdict/finding.ts";

/** How many subjects are looked at, the most requested first. */
const hottest = 8;

/**
 * Where a hot subject came nearest to its promise: the closed span just shorter than one window of policy
 * `policyIndex` that certainly admitted most. Spans in which a replica admitted anything by itself are left out:
 * another promise holds there. `null` when nothing is left.
 */
export function tightestSpan(history: History, policyIndex = 0): Witness | null {
  const policy = history.policies[policyIndex];
  const promises = history.promises[policyIndex];
  if (policy === undefined || promises === undefined) return null;
  const widthMs = Math.max(0, policy.windowMs - promises.clockResolutionMs - 0.001);
  const spans = hottestSubjects(history).flatMap((subject) => fullestSpan(history, subject, widthMs) ?? []);
  const span = spans.reduce<FullSpan | null>((a, b) => (a !== null && a.cost >= b.cost ? a : b), null);
  if (span === null) return null;
  const { sentMs, receivedMs } = history.requests;
  const untilMs = span.rows.reduce((latest, row) => Math.max(latest, receivedMs[row] ?? 0), 0);
  const fromMs = span.rows.reduce((first, row) => Math.min(first, sentMs[row] ?? 0), untilMs);
  return {
    subject: history.subjects[span.subject] ?? "",
    policy: policy.name,
    fromMs,
    untilMs,
    cost: span.cost,
    bound: promiseOf(promises.upper).curve(untilMs - fromMs + promises.clockResolutionMs),
    rows: span.rows.slice(0, witnessRows),
    rowCount: span.rows.length,
  };
}

interface FullSpan {
  readonly subject: number;
  readonly rows: readonly number[];
  readonly cost: number;
}

function hottestSubjects({ requests, subjects }: History): number[] {
  const asked = new Float64Array(subjects.length);
  for (let row = 0; row < requests.count; row++) {
    const subject = requests.subject[row] ?? 0;
    asked[subject] = (asked[subject] ?? 0) + (requests.cost[row] ?? 0);
  }
  return [...asked.keys()].sort((a, b) => (asked[b] ?? 0) - (asked[a] ?? 0)).slice(0, hottest);
}

function fullestSpan(history: History, subject: number, widthMs: number): FullSpan | null {
  const { sentMs, receivedMs, cost } = history.requests;
  const admitted = admittedRows(history, subject);
  const startMs = fullestStart(history, admitted, widthMs);
  const rows = Array.from(admitted).filter(
    (row) => (sentMs[row] ?? 0) >= startMs && (receivedMs[row] ?? 0) <= startMs + widthMs,
  );
  return rows.length === 0
    ? null
    : { subject, rows, cost: rows.reduce((sum, row) => sum + (cost[row] ?? 0), 0) };
}

/** Rows of what `subject` was allowed, in order of the instant they were sent. */
function admittedRows({ requests }: History, subject: number): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < requests.count; row++)
    if (requests.subject[row] === subject && requests.outcome[row] === outcomeCode.allowed) rows.push(row);
  return Uint32Array.from(rows).sort((a, b) => (requests.sentMs[a] ?? 0) - (requests.sentMs[b] ?? 0));
}

/** Slides a span over `rows`: cost received by its end minus cost sent before its start is never too much. */
function fullestStart({ requests }: History, rows: Uint32Array, widthMs: number): number {
  const { sentMs, receivedMs, cost } = requests;
  const received = rows.toSorted((a, b) => (receivedMs[a] ?? 0) - (receivedMs[b] ?? 0));
  const local = rows.filter((row) => requests.source[row] === sourceCode.local);
  let nextLocal = 0;
  let best = Number.NEGATIVE_INFINITY;
  let bestStart = Number.NaN;
  let answered = 0;
  let next = 0;
  let before = 0;
  for (const row of rows) {
    const startMs = sentMs[row] ?? 0;
    while (next < received.length && (receivedMs[received[next] ?? 0] ?? 0) <= startMs + widthMs)
      answered += cost[received[next++] ?? 0] ?? 0;
    while ((sentMs[local[nextLocal] ?? -1] ?? Number.POSITIVE_INFINITY) < startMs) nextLocal++;
    const isOfRedis = !((sentMs[local[nextLocal] ?? -1] ?? Number.POSITIVE_INFINITY) <= startMs + widthMs);
    if (isOfRedis && answered - before > best) {
      best = answered - before;
      bestStart = startMs;
    }
    before += cost[row] ?? 0;
  }
  return bestStart;
}
