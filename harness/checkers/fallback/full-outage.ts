import type { WithoutRedisPromise } from "../../../limiter/promised.ts";
import type { FaultRecord, History } from "../../history/history.ts";
import { outcomeCode, sourceCode } from "../../history/requests.ts";
import { awakeFor, type RedisAnswers, redisAnswers } from "./awake.ts";

/** A time in which no replica heard of Redis, and what the history shows of how they left it and came back. */
export interface FullOutage {
  readonly fault: FaultRecord;
  /** By replica: when it asked Redis last, of what was answered. It had not given Redis up before that. */
  readonly askedMs: Float64Array;
  /** By replica: when its first answer by Redis after the outage had arrived; Infinity if none came. */
  readonly backMs: Float64Array;
  /** By replica: when the life began in which it went into the outage. */
  readonly lifeMs: Float64Array;
  /**
   * By replica: when it had told Redis of all that it had let in alone up to its return; Infinity if it was never seen to
   * have had the time for it in that life, with a quick Redis and no other fault. Until then Redis may not know of it.
   */
  readonly mergedMs: Float64Array;
  /** Replicas that may have told Redis only after another one had ceased to hold back, or were not seen to have left. */
  readonly late: readonly number[];
  /** Of these, those that may not have noticed: asked nothing meanwhile, they hold back nothing when Redis is there again. */
  readonly unnoticed: readonly number[];
  /** Of these, those that may have told Redis too late. */
  readonly returnsLate: readonly number[];
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
  const answers = redisAnswers(history, count);
  return cuts.flatMap((fault) => {
    const outage = outageOf(history, fault, count, declared, answers);
    const reborn = history.lives.some(({ fromMs }) => fromMs >= fault.fromMs && fromMs <= outage.endMs);
    return reborn ? [] : [outage];
  });
}

/**
 * Whoever returns holds back, as far as its share, for a look for Redis and a deadline longer than replicas need to tell
 * Redis of all. So no replica is late that was back, and had the time for it, that much after the first other one can
 * have returned: that was not before the heal began, nor before it last let somebody in alone. Stalls of its own, in
 * which a replica was not seen to be awake, are time that it did not have.
 */
export function outageOf(
  history: History,
  fault: FaultRecord,
  count: number,
  declared: WithoutRedisPromise,
  answers: RedisAnswers,
): FullOutage {
  const { probeIntervalMs, deadlineMs } = declared;
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
  const tellsMs = tellsWithinMs(declared);
  const mergedMs = backMs.map((atMs, replica) => {
    const toldMs = awakeFor(answers[replica], atMs, tellsMs);
    const isReborn = lifeOf(lives, replica, toldMs) > fault.fromMs;
    return isReborn || isDisturbed(history, fault, replica, atMs, toldMs) ? Number.POSITIVE_INFINITY : toldMs;
  });
  const lastMs = backMs.reduce((last, atMs) => Math.max(last, atMs), fault.untilMs);
  const earliestMs = earliestReturns(history, fault, backMs);
  const replicas = Array.from({ length: count }, (_, replica) => replica);
  const returnsLate = replicas.filter((replica) => {
    const firstMs = earliestMs.reduce(
      (least, atMs, other) => (other === replica ? least : Math.min(least, atMs)),
      Number.POSITIVE_INFINITY,
    );
    return !((mergedMs[replica] ?? 0) - tellsMs - firstMs <= lagMs);
  });
  return {
    fault,
    askedMs,
    backMs,
    lifeMs: Float64Array.from({ length: count }, (_, replica) => lifeOf(lives, replica, fault.fromMs)),
    mergedMs,
    late: replicas.filter((replica) => noticed[replica] !== 1 || returnsLate.includes(replica)),
    unnoticed: replicas.filter((replica) => noticed[replica] !== 1),
    returnsLate,
    endMs: lastMs + lagMs + deadlineMs,
  };
}

/** Another fault of the replica, or of Redis itself, was in force: whatever it had to tell may not have arrived. */
function isDisturbed(
  { faults }: History,
  fault: FaultRecord,
  replica: number,
  fromMs: number,
  untilMs: number,
): boolean {
  return faults.some(
    (other) =>
      !(other.name === fault.name && other.fromMs === fault.fromMs) &&
      other.fromMs <= untilMs &&
      other.untilMs >= fromMs &&
      (other.breaksRedis === true || other.replicas.includes(replica)),
  );
}

/** By replica: before then it cannot have been back. */
function earliestReturns(
  { requests }: History,
  { injectedMs, healingMs }: FaultRecord,
  backMs: Float64Array,
): Float64Array {
  const earliestMs = backMs.map(() => healingMs);
  for (let row = 0; row < requests.count; row++) {
    if (requests.source[row] !== sourceCode.local || requests.outcome[row] !== outcomeCode.allowed) continue;
    const replica = requests.replica[row] ?? 0;
    const sent = requests.sentMs[row] ?? 0;
    const received = requests.receivedMs[row] ?? 0;
    if (sent > injectedMs && received <= (backMs[replica] ?? 0))
      earliestMs[replica] = Math.max(earliestMs[replica] ?? 0, sent);
  }
  return earliestMs;
}

/** A replica that declares nothing else has told Redis of all when it ceases to hold back. */
function tellsWithinMs(declared: WithoutRedisPromise): number {
  const { probeIntervalMs, deadlineMs } = declared;
  const { mergesWithinMs = probeIntervalMs + deadlineMs } = declared.kind === "local" ? declared : {};
  return mergesWithinMs;
}

function lifeOf(lives: History["lives"], replica: number, atMs: number): number {
  return lives
    .filter((life) => life.replica === replica && life.fromMs <= atMs)
    .reduce((last, { fromMs }) => Math.max(last, fromMs), Number.NEGATIVE_INFINITY);
}
