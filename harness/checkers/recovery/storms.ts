import type { FaultRecord, History, RedisSample } from "../../history/history.ts";
import { outcomeCode, sourceCode } from "../../history/requests.ts";
import { ownHabits } from "./own-habits.ts";

/** What Redis counted from a heal on. */
export interface AfterHeal {
  readonly fault: FaultRecord;
  readonly connections: number;
  readonly mostConnections: number;
  readonly scriptCalls: number;
  /** As many as requests, repairs and some spare calls explain, by as many scripts as the limiter usually calls. */
  readonly mostScriptCalls: number;
}

/** What is no storm. */
export interface StormLimits {
  readonly maxConnectionsPerReplica: number;
  readonly spareCallsPerReplica: number;
  /** So long after the heal Redis's counters are read, at least. */
  readonly settleMs: number;
}

/** So long before the heal Redis may have been read last for the difference to tell of the heal. */
const freshMs = 1_000;

/**
 * Compares Redis's counters right before each heal with the first ones `settleMs` after it (or the last before the
 * next fault). A new life of Redis counts from zero. Heals around which Redis could not be read are left out.
 */
export function afterHeals(history: History, limits: StormLimits): AfterHeal[] {
  const habits = ownHabits(history);
  return history.faults.flatMap((fault) => {
    const nextMs = history.faults.reduce(
      (least, { fromMs }) => (fromMs > fault.untilMs ? Math.min(least, fromMs) : least),
      Number.POSITIVE_INFINITY,
    );
    const after = sampleAfter(history.redisSamples, fault.untilMs + limits.settleMs, fault.untilMs, nextMs);
    const before = history.redisSamples.findLast(({ untilMs }) => untilMs <= fault.healingMs);
    if (after === undefined || before === undefined) return [];
    const sameLife = before.runId === after.runId;
    if (sameLife && fault.healingMs - before.fromMs > freshMs) return [];
    const sinceMs = sameLife ? before.fromMs : fault.fromMs;
    const replicas = new Set(history.lives.map(({ replica }) => replica)).size;
    return [
      {
        fault,
        connections: after.connectionsReceived - (sameLife ? before.connectionsReceived : 0),
        mostConnections: Math.ceil(replicas * limits.maxConnectionsPerReplica * habits.connectionsTimes),
        scriptCalls: after.scriptCalls - (sameLife ? before.scriptCalls : 0),
        mostScriptCalls:
          Math.ceil(
            (decisionsIn(history, sinceMs, after.untilMs) + repairsOf(history, fault)) *
              habits.scriptsPerDecision,
          ) +
          replicas * limits.spareCallsPerReplica,
      },
    ];
  });
}

function sampleAfter(
  samples: readonly RedisSample[],
  atMs: number,
  healedMs: number,
  nextMs: number,
): RedisSample | undefined {
  const free = samples.filter(({ fromMs, untilMs }) => fromMs >= healedMs && untilMs <= nextMs);
  return free.find(({ fromMs }) => fromMs >= atMs) ?? free.at(-1);
}

/** Every request under way in the span may have been one call: batches make them fewer. */
function decisionsIn({ requests }: History, fromMs: number, untilMs: number): number {
  let decisions = 0;
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (outcome === outcomeCode.blank || outcome === outcomeCode.dropped || outcome === outcomeCode.control)
      continue;
    const received = requests.receivedMs[row] ?? Number.NaN;
    if ((requests.sentMs[row] ?? 0) <= untilMs && !(received < fromMs)) decisions++;
  }
  return decisions;
}

/** A replica may tell Redis once of every subject that it let in alone; of all it knows where Redis has lost state. */
function repairsOf({ requests }: History, { losesState, clockStepMs, untilMs }: FaultRecord): number {
  // Who finds that what it keeps has expired takes the data for lost.
  const isLost = losesState !== "none" || clockStepMs !== undefined;
  const told = new Set<number>();
  for (let row = 0; row < requests.count; row++) {
    if (requests.outcome[row] !== outcomeCode.allowed || (requests.sentMs[row] ?? 0) > untilMs) continue;
    if (!isLost && requests.source[row] === sourceCode.redis) continue;
    told.add((requests.subject[row] ?? 0) * 65_536 + (requests.replica[row] ?? 0));
  }
  return told.size;
}
