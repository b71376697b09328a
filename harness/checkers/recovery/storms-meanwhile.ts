import type { FaultRecord, History } from "../../history/history.ts";

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
 * Sound whatever the machine did: the readings are Redis's own, and the time between them is taken at its longest. Clients
 * wait for 50 ms by default before they connect again, ours for 25: whoever holds several connections may for each.
 */
export function stormsMeanwhile(history: History, limits: MeanwhileLimits): Meanwhile[] {
  const replicas = new Set(history.lives.map(({ replica }) => replica)).size;
  return history.faults.flatMap((fault) => {
    const before = history.redisSamples.findLast(({ untilMs }) => untilMs <= fault.fromMs);
    const after = history.redisSamples.findLast(
      ({ fromMs, untilMs }) => fromMs >= fault.injectedMs && untilMs <= fault.healingMs,
    );
    if (before === undefined || after === undefined || before.runId !== after.runId) return [];
    const seconds = (after.untilMs - before.fromMs) / 1_000;
    const again = before.connectedClients * limits.maxConnectionsPerSecond * seconds;
    return [
      {
        fault,
        connections: Math.max(0, after.connectionsReceived - before.connectionsReceived),
        mostConnections: Math.ceil(replicas * limits.maxConnectionsPerReplica + again),
      },
    ];
  });
}
