import type { FaultRecord, History } from "../../history/history.ts";
import { ownHabits } from "./own-habits.ts";

/** The connections that Redis accepted while a fault was in force. */
export interface Meanwhile {
  readonly fault: FaultRecord;
  readonly connections: number;
  readonly mostConnections: number;
}

/** What is no storm while a fault is in force. */
export interface MeanwhileLimits {
  readonly maxConnectionsPerReplica: number;
  readonly maxConnectionsPerSecond: number;
}

/**
 * Compares Redis's counters right before each fault with the last ones before its heal. Connections that never reached
 * Redis are not counted, nor those of the harness. Faults around which Redis could not be read, or began another life,
 * are left out.
 *
 * Sound whatever the machine did: the readings are Redis's own, and the time between them is taken at its longest. A
 * replica that waits for 25 ms before it connects again, as impatient as any client is by default, never comes near; one
 * that keeps a pool of connections may make as many times more.
 */
export function stormsMeanwhile(history: History, limits: MeanwhileLimits): Meanwhile[] {
  const { connectionsTimes } = ownHabits(history);
  const replicas = new Set(history.lives.map(({ replica }) => replica)).size;
  return history.faults.flatMap((fault) => {
    const before = history.redisSamples.findLast(({ untilMs }) => untilMs <= fault.fromMs);
    const after = history.redisSamples.findLast(
      ({ fromMs, untilMs }) => fromMs >= fault.injectedMs && untilMs <= fault.healingMs,
    );
    if (before === undefined || after === undefined || before.runId !== after.runId) return [];
    const seconds = (after.untilMs - before.fromMs) / 1_000;
    const each = limits.maxConnectionsPerReplica + limits.maxConnectionsPerSecond * seconds;
    return [
      {
        fault,
        connections: after.connectionsReceived - before.connectionsReceived,
        mostConnections: Math.ceil(replicas * each * connectionsTimes),
      },
    ];
  });
}
