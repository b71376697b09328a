import type { Arrival, Load } from "./arrival.ts";
import type { Random } from "./random.ts";

/** Options of `sticky`. */
export interface StickyOptions {
  readonly replicas: number;
  /** Every key is led to the replica so many places further on. @default 0 */
  readonly shift?: number;
}

/** The load with each key bound to one replica, chosen by its name: a load balancer with sticky sessions. */
export function sticky(load: Load, { replicas, shift = 0 }: StickyOptions): Load {
  const known = new Map<string, number>();
  const replicaOf = (key: string): number => {
    const replica = known.get(key) ?? (hashOf(key) + shift) % replicas;
    known.set(key, replica);
    return replica;
  };
  return {
    durationMs: load.durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      for (const arrival of load.arrivals(random)) yield { ...arrival, replica: replicaOf(arrival.key) };
    },
  };
}

/** FNV-1a over the key's code units. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193) >>> 0;
  return hash;
}
