import type { History } from "../../history/history.ts";
import { outcomeCode, sourceCode } from "../../history/requests.ts";

/** When each replica's quick answers by Redis arrived, ascending: that it was awake, and Redis was there for it. */
export type RedisAnswers = readonly Float64Array[];

/** Between two answers so close together, in milliseconds, a replica was awake; in a longer pause nobody knows. */
const longestPauseMs = 10;

/** Who waits for Redis for longer than this, in milliseconds, has to tell it of everything as slowly. */
const quickMs = 10;

/** The answers by Redis of `count` replicas, as far as they were quick. */
export function redisAnswers({ requests }: History, count: number): RedisAnswers {
  const arrived: number[][] = Array.from({ length: count }, () => []);
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (requests.source[row] !== sourceCode.redis) continue;
    if (outcome !== outcomeCode.allowed && outcome !== outcomeCode.denied) continue;
    const receivedMs = requests.receivedMs[row] ?? Number.NaN;
    if (receivedMs - (requests.sentMs[row] ?? 0) <= quickMs)
      arrived[requests.replica[row] ?? 0]?.push(receivedMs);
  }
  return arrived.map((own) => Float64Array.from(own).sort());
}

/**
 * The instant by which a replica was seen to be awake for `forMs` milliseconds in all since `fromMs`, the pauses of which
 * nobody knows left out; Infinity if it never was. A replica that was hardly asked was never seen.
 */
export function awakeFor(answers: Float64Array | undefined, fromMs: number, forMs: number): number {
  if (answers === undefined || fromMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  let leftMs = forMs;
  let lastMs = fromMs;
  for (let i = firstFrom(answers, fromMs); i < answers.length && leftMs > 0; i++) {
    const pauseMs = (answers[i] ?? 0) - lastMs;
    if (pauseMs <= longestPauseMs) leftMs -= pauseMs;
    lastMs = answers[i] ?? 0;
  }
  return leftMs > 0 ? Number.POSITIVE_INFINITY : lastMs;
}

function firstFrom(ascending: Float64Array, atMs: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) < atMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
