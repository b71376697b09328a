import type { AgedCost } from "./cost-cells.ts";

/** What Redis must add to one key: each cost as if it had been admitted `ageUs` before the script runs. */
export interface Repair {
  readonly key: string;
  readonly entries: readonly AgedCost[];
  /** Whether the key had no place of its own. */
  readonly overflowed: boolean;
}

/** Repairs that travel together, as of `takenUs`: one that is sent later adds what has passed to every age. */
export interface RepairBatch {
  readonly takenUs: number;
  readonly repairs: readonly Repair[];
}

/** Cuts repairs into batches of at most `atMostKeys`, each made only when it is asked for. */
export function* inBatches(
  repairs: Iterable<Repair>,
  takenUs: number,
  atMostKeys: number,
): Generator<RepairBatch, void, void> {
  let batch: Repair[] = [];
  for (const repair of repairs) {
    batch.push(repair);
    if (batch.length < atMostKeys) continue;
    yield { takenUs, repairs: batch };
    batch = [];
  }
  if (batch.length > 0) yield { takenUs, repairs: batch };
}

/** Time for the repairs of a process, in milliseconds: enough for some thousand keys. Who needs longer says so. */
export const REPAIR_MS = 500;

/** How long after a replica's first good probe its gate must stay: as long as another's probe may come later. */
export function gateMs(options: {
  /** Longest time between two probes of a replica, jitter included. */
  readonly probeIntervalMs: number;
  /** How long a call waits for Redis. */
  readonly deadlineMs: number;
  /** How long the repairs take at most. */
  readonly repairMs: number;
}): number {
  return options.probeIntervalMs + 2 * options.deadlineMs + options.repairMs;
}
