import type { WithoutRedisPromise } from "../../../limiter/promised.ts";
import type { FaultRecord, History } from "../../history/history.ts";
import { outcomeCode, sourceCode } from "../../history/requests.ts";
import { machineStalls } from "../machine-stalls.ts";

/** A time in which no replica heard of Redis, and what the history shows of how they left it and came back. */
export interface FullOutage {
  readonly fault: FaultRecord;
  /** By replica: when it asked Redis last, of what was answered. It had not given Redis up before that. */
  readonly askedMs: Float64Array;
  /** By replica: when its first answer by Redis after the outage had arrived; Infinity if none came. */
  readonly backMs: Float64Array;
  /** By replica: when the life began in which it went into the outage. */
  readonly lifeMs: Float64Array;
  /** Every replica had noticed, and all came back within one look for Redis of each other, on a machine with time. */
  readonly inStep: boolean;
  /** When every replica must have forgotten it, if none is lost again. */
  readonly endMs: number;
}

/** How many replicas the history knows. */
export function replicaCount({ lives, requests }: History): number {
  let last = lives.reduce((most, { replica }) => Math.max(most, replica), 0);
  for (let row = 0; row < requests.count; row++) last = Math.max(last, requests.replica[row] ?? 0);
  return last + 1;
}

/**
 * The outages that were for all replicas, in order of time. Left out are those in which some replica's life began:
 * what it had known is gone. A replica's answers are believed: what says `redis` was asked of Redis.
 */
export function fullOutages(history: History, declared: WithoutRedisPromise): FullOutage[] {
  const count = replicaCount(history);
  const cuts = history.faults
    .filter(({ cutsOff = false, verified }) => cutsOff && verified !== null)
    .filter(({ replicas }) => new Set(replicas).size >= count)
    .toSorted((a, b) => a.fromMs - b.fromMs);
  if (cuts.length === 0) return [];
  const stalls = machineStalls(history);
  return cuts.flatMap((fault) => {
    const outage = outageOf(history, fault, count, declared, stalls.near);
    const reborn = history.lives.some(({ fromMs }) => fromMs >= fault.fromMs && fromMs <= outage.endMs);
    return reborn ? [] : [outage];
  });
}

function outageOf(
  history: History,
  fault: FaultRecord,
  count: number,
  { probeIntervalMs, deadlineMs }: WithoutRedisPromise,
  stalled: (fromMs: number, untilMs: number) => boolean,
): FullOutage {
  const { requests, lives } = history;
  const askedMs = new Float64Array(count).fill(Number.NEGATIVE_INFINITY);
  const backMs = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const noticed = new Uint8Array(count);
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (outcome !== outcomeCode.allowed && outcome !== outcomeCode.denied) continue;
    const replica = requests.replica[row] ?? 0;
    const sent = requests.sentMs[row] ?? 0;
    const received = requests.receivedMs[row] ?? 0;
    if (requests.source[row] === sourceCode.local) {
      if (sent >= fault.fromMs && received <= fault.healingMs) noticed[replica] = 1;
    } else if (requests.source[row] === sourceCode.redis) {
      if (sent <= fault.injectedMs) askedMs[replica] = Math.max(askedMs[replica] ?? sent, sent);
      else if (received >= fault.healingMs) backMs[replica] = Math.min(backMs[replica] ?? received, received);
    }
  }
  const lagMs = probeIntervalMs + deadlineMs;
  const lastMs = backMs.reduce((last, atMs) => Math.max(last, atMs), fault.untilMs);
  const together = noticed.every((seen) => seen === 1) && lastMs - fault.healingMs <= lagMs;
  const endMs = lastMs + lagMs + deadlineMs;
  return {
    fault,
    askedMs,
    backMs,
    lifeMs: Float64Array.from({ length: count }, (_, replica) => lifeOf(lives, replica, fault.fromMs)),
    inStep: together && !stalled(fault.healingMs, endMs),
    endMs,
  };
}

function lifeOf(lives: History["lives"], replica: number, atMs: number): number {
  return lives
    .filter((life) => life.replica === replica && life.fromMs <= atMs)
    .reduce((last, { fromMs }) => Math.max(last, fromMs), Number.NEGATIVE_INFINITY);
}
