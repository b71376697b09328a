import type { Arrival, Load } from "./arrival.ts";
import type { KeyChooser } from "./key-chooser.ts";
import type { Random } from "./random.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `constant`. */
export interface ConstantOptions {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly keys: KeyChooser;
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/** Arrivals at equal distances, the first at 0. */
export function constant({ ratePerSecond, durationMs, keys, cost = 1 }: ConstantOptions): Load {
  requirePositive("constant", { ratePerSecond, durationMs });
  return {
    durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      for (let i = 0; ; i++) {
        const atMs = (i * 1000) / ratePerSecond;
        if (atMs >= durationMs) return;
        yield { atMs, key: keys(random), cost };
      }
    },
  };
}
