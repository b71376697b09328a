import type { Arrival, Load } from "./arrival.ts";
import type { KeyChooser } from "./key-chooser.ts";
import type { Random } from "./random.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `poisson`. */
export interface PoissonOptions {
  /** Mean rate. */
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly keys: KeyChooser;
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/** Independent arrivals: exponential gaps of mean 1 / `ratePerSecond`. */
export function poisson({ ratePerSecond, durationMs, keys, cost = 1 }: PoissonOptions): Load {
  requirePositive("poisson", { ratePerSecond, durationMs });
  const meanGapMs = 1000 / ratePerSecond;
  return {
    durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      for (let atMs = 0; ; ) {
        // 1 - u lies in (0, 1], so the logarithm is finite.
        atMs -= Math.log(1 - random()) * meanGapMs;
        if (atMs >= durationMs) return;
        yield { atMs, key: keys(random), cost };
      }
    },
  };
}
