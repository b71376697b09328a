import type { History } from "../../harness/history/history.ts";
import { outcomeCode, sourceCode } from "../../harness/history/requests.ts";
import { promiseOf } from "../../harness/promises/promise-of.ts";
import type { Witness } from "../../harness/verdict/finding.ts";

/**
 * What a drawing of one span needs; instants are milliseconds after the span's start. Each admitted request is
 * an interval at the height of the cost admitted so far: the right ends draw what was certainly let in.
 */
export interface WitnessPicture {
  readonly spanMs: number;
  readonly admitted: readonly AdmittedTick[];
  /** Requests admitted inside the span; more than `admitted` when those were thinned. */
  readonly admittedCount: number;
  /** When denied requests were sent, thinned. */
  readonly denied: readonly number[];
  readonly deniedCount: number;
  /** Corners of the promised bound from the span's start; empty when nothing bounds it. */
  readonly promise: readonly { readonly atMs: number; readonly cost: number }[];
}

export interface AdmittedTick {
  readonly row: number;
  readonly sentMs: number;
  readonly receivedMs: number;
  /** Cost certainly admitted from the span's start until `receivedMs`. */
  readonly total: number;
}

/** The picture of `witness` with at most `mostTicks` requests of each kind. */
export function witnessPicture(history: History, witness: Witness, mostTicks = 2_000): WitnessPicture {
  const { requests } = history;
  const spanMs = witness.untilMs - witness.fromMs;
  const inSpan = rowsInSpan(history, witness);
  const admitted = inSpan
    .filter((row) => requests.outcome[row] === outcomeCode.allowed)
    .sort((a, b) => (requests.receivedMs[a] ?? 0) - (requests.receivedMs[b] ?? 0));
  const denied = inSpan.filter((row) => requests.outcome[row] === outcomeCode.denied);
  let total = 0;
  const ticks = admitted.map((row): AdmittedTick => {
    total += requests.cost[row] ?? 0;
    return {
      row,
      sentMs: (requests.sentMs[row] ?? 0) - witness.fromMs,
      receivedMs: (requests.receivedMs[row] ?? 0) - witness.fromMs,
      total,
    };
  });
  return {
    spanMs,
    admitted: thinned(ticks, mostTicks),
    admittedCount: ticks.length,
    denied: thinned(denied, mostTicks).map((row) => (requests.sentMs[row] ?? 0) - witness.fromMs),
    deniedCount: denied.length,
    promise: inSpan.some((row) => requests.source[row] === sourceCode.local)
      ? level(witness.bound, spanMs)
      : promiseCorners(history, witness, spanMs),
  };
}

/** Every row of the witness's subject that lies wholly inside its span. */
function rowsInSpan({ requests, subjects }: History, { subject, fromMs, untilMs }: Witness): number[] {
  const index = subjects.indexOf(subject);
  const rows: number[] = [];
  for (let row = 0; row < requests.count; row++) {
    const inside = (requests.sentMs[row] ?? 0) >= fromMs && (requests.receivedMs[row] ?? 0) <= untilMs;
    if (requests.subject[row] === index && inside) rows.push(row);
  }
  return rows;
}

/** Every k-th of `items`, the first and the last included. */
function thinned<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.ceil(items.length / most);
  return step <= 1 ? items : items.filter((_, index) => index % step === 0 || index === items.length - 1);
}

/** Where replicas decided by themselves, only the bound of the whole span is known. */
function level(bound: number, spanMs: number): WitnessPicture["promise"] {
  if (!Number.isFinite(bound)) return [];
  return [0, spanMs].map((atMs) => ({ atMs, cost: bound }));
}

function promiseCorners(history: History, witness: Witness, spanMs: number): WitnessPicture["promise"] {
  const index = history.policies.findIndex(({ name }) => name === witness.policy);
  const promises = history.promises[index];
  if (promises === undefined) return [];
  const { curve } = promiseOf(promises.upper);
  const steps = 400;
  const corners: { atMs: number; cost: number }[] = [];
  for (let step = 0; step <= steps; step++) {
    const atMs = (spanMs * step) / steps;
    const cost = curve(atMs + promises.clockResolutionMs);
    if (!Number.isFinite(cost)) return [];
    const flat = corners.length > 1 && corners.at(-1)?.cost === cost && corners.at(-2)?.cost === cost;
    if (flat) corners.pop();
    corners.push({ atMs, cost });
  }
  return corners;
}
