import type { PhaseSpan } from "../../harness/history/history.ts";
// biome-ignore lint/style/noRestrictedImports: test support draws its arrivals as a run would
import type { Random } from "../../harness/load/random.ts";

/** What a simulated run is asked, and when its replicas must do without Redis; instants count from the origin. */
export interface SampleStory {
  readonly scenario: string;
  readonly phases: readonly PhaseSpan[];
  /** Arrivals of all phases. */
  readonly arrivals: (random: Random) => SampleArrival[];
  /** Who decides a request that reaches this replica at this instant instead of Redis; null if Redis does. */
  readonly cut?: (replica: number, atMs: number, random: Random) => Cut | null;
}

/** A decision that another fault than a slow machine has changed. */
export interface Cut {
  readonly by: "redis" | "local" | "unavailable";
  /** How much longer the answer took. */
  readonly waitsMs: number;
}

/** One simulated request before it is answered. */
export interface SampleArrival {
  readonly atMs: number;
  readonly subject: number;
  readonly phase: number;
}

/** Time until the next arrival of a Poisson process, in milliseconds. */
export function gapMs(random: Random, perSecond: number): number {
  return (-Math.log(1 - random()) * 1_000) / perSecond;
}

/** A rank of 0 to `size` - 1, the first ones more often. */
export function tenant(random: Random, size: number): number {
  return Math.min(size - 1, Math.floor(size ** random() - 1));
}
