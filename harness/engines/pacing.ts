import { monotonicMs } from "../history/monotonic-clock.ts";
import type { Requests } from "../history/requests.ts";
import type { Volley } from "./engine.ts";

/** Who is given the rows when their time has come. */
export interface PacingOptions {
  readonly requests: Requests;
  readonly volley: Volley;
  readonly signal: AbortSignal;
  /** Sends a row, or tells that it would take a new connection and may not open one. */
  readonly dispatch: (row: number, nowMs: number, mayOpen: boolean) => boolean;
  /** For rows whose time did not come before `stopSendingMs` or the abort. */
  readonly drop: (row: number) => void;
}

/** So many overdue rows are sent at most before the event loop may read answers again. */
const sendsPerTurn = 64;
/** The shortest sleep: so much later a request is sent at worst. Without it each arrival would cost a turn of the event loop. */
const shortestSleepMs = 0.25;
/** The longest sleep: so much later an answer is read at worst. */
const longestSleepMs = 0.3;
/** The longest timer: so much later an abort is noticed at worst. */
const longestTimerMs = 100;
/** A timer of the event loop may be late by this much. */
const timerSlackMs = 2;

/**
 * Hands out every row of the volley at its `intendedMs`, and resolves when all are handed out. Rows must be in
 * order of `intendedMs`; a row without an instant is an error of whoever made the rows, and is thrown.
 *
 * Timers of the event loop are too coarse (1 ms) and spinning would burn a core that the target needs, so short
 * waits are slept with `Atomics.wait`, one short sleep per turn of the event loop: between two of them the sockets
 * are read. Long waits are left to a timer, where answers wake the loop at once. A new connection is opened only
 * after a turn that read all there was and freed none: else every hiccup of ours would open needless ones.
 */
export function dispatchInTime({ requests, volley, signal, dispatch, drop }: PacingOptions): Promise<void> {
  const { intendedMs } = requests;
  const { untilRow, stopSendingMs } = volley;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  let row = volley.fromRow;
  let mayOpen = false;
  return new Promise((resolve) => {
    turn();

    function turn(): void {
      let nowMs = monotonicMs();
      let left = sendsPerTurn;
      if (row < untilRow && (intendedMs[row] ?? 0) > nowMs && !signal.aborted) {
        const waitMs = Math.min(intendedMs[row] ?? 0, stopSendingMs) - nowMs;
        if (waitMs > timerSlackMs) {
          setTimeout(turn, Math.min(waitMs - timerSlackMs, longestTimerMs));
          return;
        }
        Atomics.wait(nobody, 0, 0, Math.min(Math.max(waitMs, shortestSleepMs), longestSleepMs));
        nowMs = monotonicMs();
      }
      if (nowMs >= stopSendingMs || signal.aborted) {
        while (row < untilRow) drop(row++);
        resolve();
        return;
      }
      while (row < untilRow && left > 0 && (intendedMs[row] ?? 0) <= nowMs) {
        if (!dispatch(row, nowMs, mayOpen)) break;
        row++;
        left--;
        nowMs = monotonicMs();
      }
      mayOpen = row < untilRow && left > 0 && (intendedMs[row] ?? 0) <= nowMs;
      if (row < untilRow && Number.isNaN(intendedMs[row])) throw new RangeError(`Row ${row} has no instant.`);
      if (row < untilRow) setImmediate(turn);
      else resolve();
    }
  });
}
