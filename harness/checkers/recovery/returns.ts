import type { FaultRecord, History } from "../../history/history.ts";
import { givenUp, outcomeCode, sourceCode } from "../../history/requests.ts";
import { loopDelayMs } from "../loop-delay.ts";

/** How one replica came back to Redis after one fault; milliseconds after the heal was done. */
export interface Return {
  readonly fault: FaultRecord;
  readonly replica: number;
  /** It was certainly still without Redis then: it let something in alone, or could not decide. */
  readonly atLeastMs: number;
  /** It was certainly back: an answer by Redis had arrived; Infinity if none was seen. */
  readonly atMostMs: number;
  readonly limitMs: number;
}

/** How long a replica may need: `withinMs`, or what it declares and its own event loop allow. */
export interface ReturnLimit {
  readonly withinMs?: number | undefined;
  readonly probeIntervalMs: number;
  readonly deadlineMs: number;
}

/**
 * The returns of all replicas that were seen to decide without Redis, to refuse for want of it, or not to decide at all
 * until nobody waited any more, in a fault of theirs.
 * Left out are those that another fault of theirs kept from coming back.
 */
export function returnsOf(history: History, limit: ReturnLimit): Return[] {
  return history.faults.flatMap((fault) => {
    const freeUntilMs = fault.replicas.map((replica) => nextFaultMs(history, fault, replica));
    return fault.replicas.flatMap((replica, index) => {
      const untilMs = freeUntilMs[index] ?? 0;
      const seen = seenOf(history, fault, replica, untilMs);
      const limitMs = limitOf(history, limit, fault, replica);
      if (!seen.left || untilMs <= fault.untilMs) return [];
      const atMostMs = Math.max(0, seen.backMs - fault.untilMs);
      if (atMostMs === Number.POSITIVE_INFINITY && untilMs - fault.untilMs <= limitMs) return [];
      const atLeastMs = Math.max(0, seen.aloneMs - fault.untilMs);
      return [{ fault, replica, atLeastMs, atMostMs, limitMs }];
    });
  });
}

function limitOf(
  history: History,
  { withinMs, probeIntervalMs, deadlineMs }: ReturnLimit,
  { healingMs, untilMs }: FaultRecord,
  replica: number,
): number {
  if (withinMs !== undefined) return withinMs;
  const declaredMs = 2 * probeIntervalMs + deadlineMs;
  return declaredMs + 2 * (loopDelayMs(history, replica, healingMs, untilMs + declaredMs) ?? 0);
}

/** When the replica's next fault begins; at once where another one is still in force. */
function nextFaultMs({ faults }: History, healed: FaultRecord, replica: number): number {
  let next = Number.POSITIVE_INFINITY;
  for (const fault of faults) {
    if (fault === healed || !fault.replicas.includes(replica) || fault.untilMs <= healed.untilMs) continue;
    next = Math.min(next, Math.max(fault.fromMs, healed.untilMs));
  }
  return next;
}

interface Seen {
  left: boolean;
  backMs: number;
  aloneMs: number;
}

function seenOf({ requests }: History, fault: FaultRecord, replica: number, freeUntilMs: number): Seen {
  const seen: Seen = { left: false, backMs: Number.POSITIVE_INFINITY, aloneMs: Number.NEGATIVE_INFINITY };
  for (let row = 0; row < requests.count; row++) {
    if (requests.replica[row] !== replica) continue;
    const outcome = requests.outcome[row] ?? 0;
    const sent = requests.sentMs[row] ?? Number.NaN;
    const received = requests.receivedMs[row] ?? Number.NaN;
    const isGivenUp = outcome === outcomeCode.lost && requests.status[row] === givenUp;
    if (isGivenUp && sent >= fault.fromMs && sent <= fault.untilMs) seen.left = true;
    if (!(received >= fault.fromMs && received < freeUntilMs)) continue;
    const allowed = outcome === outcomeCode.allowed;
    const undecided = outcome === outcomeCode.unavailable;
    const source = requests.source[row] ?? 0;
    if (undecided || source === sourceCode.local) {
      if (sent <= fault.untilMs) seen.left = true;
    } else if (source === sourceCode.redis && (allowed || outcome === outcomeCode.denied)) {
      if (received >= fault.healingMs && sent > fault.injectedMs)
        seen.backMs = Math.min(seen.backMs, received);
    }
  }
  for (let row = 0; row < requests.count; row++) {
    if (requests.replica[row] !== replica) continue;
    const outcome = requests.outcome[row] ?? 0;
    const alone = outcome === outcomeCode.allowed && requests.source[row] === sourceCode.local;
    if (!alone && outcome !== outcomeCode.unavailable) continue;
    const sent = requests.sentMs[row] ?? Number.NaN;
    const received = requests.receivedMs[row] ?? Number.NaN;
    if (sent > fault.untilMs && received <= Math.min(seen.backMs, freeUntilMs))
      seen.aloneMs = Math.max(seen.aloneMs, sent);
  }
  return seen;
}
