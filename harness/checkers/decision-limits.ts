import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { loopDelayMs } from "./loop-delay.ts";
import { percentilesOf } from "./percentile.ts";

/** How long the decisions of one gateway may take before they are late. */
export interface DecisionLimit {
  readonly limitMs: number;
  /**
   * Instants, ascending, at which the gateway was sent a control that it answered at once: one of them must lie between what
   * was declared and the late answer. Null where the gateway tells of its event loop itself.
   */
  readonly awakeMs: Float64Array | null;
}

/** So much more than its deadline a decision may take on its way, in milliseconds. */
const spareMs = 10;

/** A control that took no longer shows a gateway that was awake, in milliseconds. */
const quickMs = 10;

/** Where only controls tell of a gateway, nothing is late before so many times what would be, and not before a second. */
const gross = { times: 10, leastMs: 1_000 };

/** Fewer controls than this say nothing of a percentile. */
const fewestControls = 100;

/**
 * The limits by replica: `deadlineMs`, 10 ms and twice the 99th percentile of the event loop's delay. Of a gateway that
 * tells nothing of that, the controls that it answered tell how quick it is past the limiter; since they are no measure of
 * what a decision has to wait for, it is convicted of gross lateness alone. None for a gateway without either.
 */
export function decisionLimits(history: History, deadlineMs: number): Map<number, DecisionLimit> {
  const limits = new Map<number, DecisionLimit>();
  for (const { replica } of history.lives) {
    if (limits.has(replica)) continue;
    const delayMs = loopDelayMs(history, replica);
    const limit =
      delayMs === null
        ? byControls(history, replica, deadlineMs)
        : { limitMs: deadlineMs + spareMs + 2 * delayMs, awakeMs: null };
    if (limit !== null) limits.set(replica, limit);
  }
  return limits;
}

function byControls({ requests }: History, replica: number, deadlineMs: number): DecisionLimit | null {
  const tookMs: number[] = [];
  const awakeMs: number[] = [];
  for (let row = 0; row < requests.count; row++) {
    if (requests.outcome[row] !== outcomeCode.control || requests.replica[row] !== replica) continue;
    const sent = requests.sentMs[row] ?? 0;
    const took = (requests.receivedMs[row] ?? 0) - sent;
    tookMs.push(took);
    if (took <= quickMs) awakeMs.push(sent);
  }
  if (tookMs.length < fewestControls) return null;
  const [slowestMs = 0] = percentilesOf(Float64Array.from(tookMs), [99]);
  const limitMs = Math.max(gross.leastMs, gross.times * (deadlineMs + spareMs + 2 * slowestMs));
  return { limitMs, awakeMs: Float64Array.from(awakeMs).sort() };
}

/** Whether nothing else explains an answer that was late by `limit`: its gateway was awake when it was long overdue. */
export function wasAwake({ limitMs, awakeMs }: DecisionLimit, sentMs: number, receivedMs: number): boolean {
  if (awakeMs === null) return true;
  let low = 0;
  let high = awakeMs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((awakeMs[middle] ?? 0) < sentMs + limitMs / gross.times) low = middle + 1;
    else high = middle;
  }
  return (awakeMs[low] ?? Number.POSITIVE_INFINITY) < receivedMs;
}
