import type { History } from "../../harness/history/history.ts";
import { outcomeCode, refundCode, sourceCode } from "../../harness/history/requests.ts";
import { promiseOf } from "../../harness/promises/promise-of.ts";
import type { Witness } from "../../harness/verdict/finding.ts";
import { countsFor, deniedWithin } from "./denied-within.ts";
import type { Corner, Tick, WitnessPicture } from "./witness-picture.ts";

/**
 * What was certainly let in within a span: the requests that the witness names, no others, each at the height of the cost
 * answered so far, under what is promised.
 */
export function letInPicture(history: History, witness: Witness): WitnessPicture {
  const { requests } = history;
  const { fromMs, untilMs, bound } = witness;
  const rows = allRows(history, witness).toSorted(
    (a, b) => (requests.receivedMs[a] ?? 0) - (requests.receivedMs[b] ?? 0) || a - b,
  );
  let total = 0;
  const ticks = rows.map((row): Tick => {
    total += requests.cost[row] ?? 0;
    const receivedMs = (requests.receivedMs[row] ?? 0) - fromMs;
    return { row, sentMs: (requests.sentMs[row] ?? 0) - fromMs, receivedMs, atMs: receivedMs, total };
  });
  const denied = deniedWithin(history, witness);
  return {
    spanMs: untilMs - fromMs,
    ticks,
    tickCount: witness.rowCount,
    denied,
    deniedCount: denied.length,
    promise: promised(history, witness, rows),
    overAbove: bound,
  };
}

/** A witness names the first of its rows only: all of them, if those of its span are just as many. */
function allRows(history: History, witness: Witness): readonly number[] {
  const { rows, rowCount, fromMs, untilMs } = witness;
  if (rows.length === rowCount) return rows;
  const { count, outcome, refund, sentMs, receivedMs } = history.requests;
  const counts = countsFor(history, witness);
  const all: number[] = [];
  for (let row = 0; row < count; row++) {
    if (outcome[row] !== outcomeCode.allowed || refund[row] !== refundCode.none || !counts(row)) continue;
    if ((sentMs[row] ?? 0) >= fromMs && (receivedMs[row] ?? 0) <= untilMs) all.push(row);
  }
  return all.length === rowCount ? all : rows;
}

/**
 * The promised curve where it is what the witness is judged by. Fixed windows convict with less than their curve allows, and
 * so does a fallback, or a loss of data: there only the bound of the whole span is known.
 */
function promised(history: History, witness: Witness, rows: readonly number[]): readonly Corner[] {
  const { bound, fromMs, untilMs } = witness;
  if (!Number.isFinite(bound)) return [];
  const level = [0, untilMs - fromMs].map((atMs) => ({ atMs, cost: bound }));
  if (rows.some((row) => history.requests.source[row] === sourceCode.local)) return level;
  const corners = curveCorners(history, witness);
  return corners.at(-1)?.cost === bound ? corners : level;
}

const steps = 400;

function curveCorners({ policies, promises }: History, witness: Witness): readonly Corner[] {
  const declared = promises[policies.findIndex(({ name }) => name === witness.policy)];
  if (declared === undefined) return [];
  const { curve } = promiseOf(declared.upper);
  const spanMs = witness.untilMs - witness.fromMs;
  const corners: Corner[] = [];
  for (let step = 0; step <= steps; step++) {
    const atMs = (spanMs * step) / steps;
    const cost = curve(atMs + declared.clockResolutionMs);
    const flat = corners.length > 1 && corners.at(-1)?.cost === cost && corners.at(-2)?.cost === cost;
    if (flat) corners.pop();
    corners.push({ atMs, cost });
  }
  return corners;
}
