import type { Random } from "./random.ts";

/** One request of a schedule. */
export interface Arrival {
  /** Milliseconds after the start of its phase. */
  readonly atMs: number;
  /** Who asks: the subject that the policy counts. */
  readonly key: string;
  /** @default 1 */
  readonly cost?: number;
  /** The replica that is asked. @default spread evenly, seeded */
  readonly replica?: number;
  /** `asked`: says that its cost is to be given back once it was let in. @default it is charged for good */
  readonly refund?: "asked";
}

/**
 * A pure stream of arrivals, in order of `atMs`: the same seed gives the same stream.
 * Shapes are functions of their options that return a load.
 */
export interface Load {
  /** How long the load lasts in milliseconds; arrivals lie in [0, durationMs). */
  readonly durationMs: number;
  /** About how many arrivals there are. @default not known */
  readonly expected?: number;
  readonly arrivals: (random: Random) => Iterable<Arrival>;
}
