import type { Arrival, Load } from "./arrival.ts";
import type { Random } from "./random.ts";
import { weightedIndex } from "./weighted-keys.ts";

/** From `fromMs` of the phase on, the share (0 to 1) of the requests that each replica gets; they add up to 1. */
export interface ReplicaWeights {
  readonly fromMs: number;
  readonly shares: readonly number[];
}

/** The load with replicas drawn by weights that may change on the way, in order of time: a load balancer that is told to. */
export function weightedReplicas(load: Load, weights: readonly ReplicaWeights[]): Load {
  const stages = weights.map(({ fromMs, shares }) => ({ fromMs, draw: weightedIndex(shares) }));
  return {
    durationMs: load.durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      for (const arrival of load.arrivals(random)) {
        const stage = stages.findLast(({ fromMs }) => fromMs <= arrival.atMs);
        yield stage === undefined ? arrival : { ...arrival, replica: stage.draw(random()) };
      }
    },
  };
}
