import { outcomeCode, type Requests } from "../history/requests.ts";

/** What a run looks like while it runs. Counts are of the whole run so far; rate and p99 of the last second. */
export interface LiveNumbers {
  readonly ratePerSecond: number;
  readonly allowed: number;
  readonly denied: number;
  /** Everything else: errors, lost, dropped and refused requests. */
  readonly lost: number;
  /** From the intended instant, in milliseconds; null before the first answer. */
  readonly p99Ms: number | null;
}

/**
 * Follows `requests` while another thread fills them. Each reading costs what happened since the one before. All rows
 * before `fromRow` are over: what is blank of them stays so.
 */
export function followRequests(requests: Requests): (nowMs: number, fromRow?: number) => LiveNumbers {
  const counts = new Uint32Array(16);
  const pending: number[] = [];
  let next = 0;
  let lastMs = Number.NaN;
  let numbers: LiveNumbers = { ratePerSecond: 0, allowed: 0, denied: 0, lost: 0, p99Ms: null };
  return (nowMs, fromRow = 0) => {
    const fresh: number[] = [];
    let completed = 0;
    const take = (row: number): boolean => {
      const code = Atomics.load(requests.outcome, row);
      if (code === outcomeCode.blank) return false;
      counts[code] = (counts[code] ?? 0) + 1;
      completed++;
      const latency = (requests.receivedMs[row] ?? Number.NaN) - (requests.intendedMs[row] ?? Number.NaN);
      if (!Number.isNaN(latency)) fresh.push(latency);
      return true;
    };
    settle(pending, fromRow, take);
    for (; next < fromRow; next++) take(next);
    next = advance(requests, next, pending, take);
    const count = (code: number): number => counts[code] ?? 0;
    numbers = {
      ratePerSecond: Number.isNaN(lastMs) ? 0 : (1_000 * completed) / Math.max(1, nowMs - lastMs),
      allowed: count(outcomeCode.allowed),
      denied: count(outcomeCode.denied),
      lost:
        count(outcomeCode.error) +
        count(outcomeCode.refused) +
        count(outcomeCode.lost) +
        count(outcomeCode.dropped) +
        count(outcomeCode.unavailable),
      p99Ms: fresh.length === 0 ? numbers.p99Ms : percentile99(fresh),
    };
    lastMs = nowMs;
    return numbers;
  };
}

/** Rows that were skipped because their answer was still out; those before `fromRow` are looked at once more. */
function settle(pending: number[], fromRow: number, take: (row: number) => boolean): void {
  let kept = 0;
  for (const row of pending) if (!take(row) && row >= fromRow) pending[kept++] = row;
  pending.length = kept;
}

/** Goes on until 5,000 rows in a row are unfinished: the edge of what was sent. */
function advance(
  requests: Requests,
  from: number,
  pending: number[],
  take: (row: number) => boolean,
): number {
  let edge = from;
  const open: number[] = [];
  for (let row = from; row < requests.count && row - edge < 5_000; row++) {
    if (take(row)) {
      edge = row + 1;
    } else {
      open.push(row);
    }
  }
  for (const row of open) if (row < edge) pending.push(row);
  return edge;
}

function percentile99(latencies: number[]): number {
  latencies.sort((a, b) => a - b);
  return latencies[Math.ceil(latencies.length * 0.99) - 1] ?? 0;
}
