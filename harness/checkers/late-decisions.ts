import { controlKey } from "../history/control-key.ts";
import type { History } from "../history/history.ts";
import { givenUp, outcomeCode } from "../history/requests.ts";
import { type DecisionLimit, decisionLimits, wasAwake } from "./decision-limits.ts";
import { machineDoubt } from "./machine-doubt.ts";
import { machineStalls } from "./machine-stalls.ts";
import { measuredPhases } from "./phases-of.ts";

/** How many decisions took longer than the limiter declares, whatever Redis did. */
export interface LateDecisions {
  readonly decisions: number;
  readonly late: number;
  /** Of these, such that no stall of the machine was near. */
  readonly unexcused: number;
  /** Of these, such as never came. */
  readonly awaited: number;
  /** Decisions near no stall of the machine, whether late or not: of these alone it can be told. */
  readonly undisturbed: number;
  readonly slowestMs: number;
  /** Why this cannot be held against the limiter; null if it can. */
  readonly doubt: string | null;
  /** No replica tells of its event loop, nor is asked past the limiter, so that nothing is judged. */
  readonly unscraped: boolean;
  /** Only controls tell of the gateways, so that nothing is late before this, in milliseconds; null if any tells itself. */
  readonly grossMs: number | null;
}

/** Controls slower than this, in milliseconds, at the 99th percentile: a machine that was slow all along. */
const slowMs = 10;

/**
 * Measures the answers of the paced phases from their sending. Late is what took longer than `decisionLimits` allow with
 * `deadlineMs`.
 *
 * So is an answer that nobody waits for any more, if no stall was near when it was due, and its gateway answered a later
 * control at once while it was still waited for: the gateway was awake, the way to it open, and a gateway that had stood
 * still meanwhile would have answered both. What lost its connection is left out: it may have been answered, or never read.
 */
export function lateDecisions(
  history: History,
  deadlineMs: number,
  names: readonly string[] | undefined,
): LateDecisions {
  const { requests } = history;
  const asked = new Uint8Array(256);
  for (const phase of measuredPhases(history, names)) asked[phase] = 1;
  const stalls = machineStalls(history);
  const limits = decisionLimits(history, deadlineMs);
  const isAwaited = awaitedOf(history, limits);
  const isNearStall = (row: number): boolean => {
    const sent = requests.sentMs[row] ?? 0;
    return stalls.near(sent, sent + (limits.get(requests.replica[row] ?? 0)?.limitMs ?? 0));
  };
  let awaited = 0;
  let [decisions, late, unexcused, undisturbed, slowestMs] = [0, 0, 0, 0, 0];
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (asked[requests.phase[row] ?? 0] !== 1) continue;
    if (isAwaited(row) && !isNearStall(row)) awaited++;
    if (outcome < outcomeCode.allowed || outcome > outcomeCode.unavailable) continue;
    const sent = requests.sentMs[row] ?? 0;
    const received = requests.receivedMs[row] ?? 0;
    decisions++;
    slowestMs = Math.max(slowestMs, received - sent);
    const isDisturbed = stalls.near(sent, received);
    if (!isDisturbed) undisturbed++;
    const limit = limits.get(requests.replica[row] ?? 0);
    if (limit === undefined || !(received - sent > limit.limitMs)) continue;
    if (!wasAwake(limit, sent, received)) continue;
    late++;
    if (!isDisturbed) unexcused++;
  }
  const doubt = late + awaited === 0 ? null : machineDoubt(history, slowMs, names);
  return {
    decisions: decisions + awaited,
    late: late + awaited,
    unexcused: unexcused + awaited,
    undisturbed: undisturbed + awaited,
    awaited,
    slowestMs,
    doubt,
    unscraped: limits.size === 0,
    grossMs: grossMsOf([...limits.values()]),
  };
}

function grossMsOf(limits: readonly DecisionLimit[]): number | null {
  if (limits.length === 0 || limits.some(({ awakeMs }) => awakeMs === null)) return null;
  return limits.reduce((least, { limitMs }) => Math.min(least, limitMs), Number.POSITIVE_INFINITY);
}

/**
 * Says of a row whether its answer was waited for in vain, though its gateway answered a control at once that it was sent
 * twice its limit later, before anybody gave up.
 */
function awaitedOf(
  { requests, subjects }: History,
  limits: ReadonlyMap<number, DecisionLimit>,
): (row: number) => boolean {
  const placeOf = (row: number): number => (requests.phase[row] ?? 0) * 65_536 + (requests.replica[row] ?? 0);
  const awakeMs = new Map<number, number>();
  for (let row = 0; row < requests.count; row++) {
    const sent = requests.sentMs[row] ?? Number.NaN;
    const isQuick = (requests.receivedMs[row] ?? Number.NaN) - sent <= slowMs;
    if (requests.outcome[row] !== outcomeCode.control || !isQuick) continue;
    awakeMs.set(placeOf(row), Math.max(sent, awakeMs.get(placeOf(row)) ?? sent));
  }
  const control = subjects.indexOf(controlKey);
  return (row) => {
    const isGivenUp = requests.outcome[row] === outcomeCode.lost && requests.status[row] === givenUp;
    if (!isGivenUp || requests.subject[row] === control) return false;
    const limitMs = limits.get(requests.replica[row] ?? 0)?.limitMs ?? Number.POSITIVE_INFINITY;
    const sent = requests.sentMs[row] ?? Number.NaN;
    return (awakeMs.get(placeOf(row)) ?? Number.NEGATIVE_INFINITY) > sent + 2 * limitMs;
  };
}
