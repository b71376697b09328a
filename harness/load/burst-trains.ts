import type { Arrival, Load } from "./arrival.ts";
import type { KeyChooser } from "./key-chooser.ts";
import type { Random } from "./random.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `burstTrains`. */
export interface BurstTrainsOptions {
  /** Rate inside a burst. */
  readonly ratePerSecond: number;
  readonly burstMs: number;
  /** From the start of one burst to the start of the next: at least `burstMs`. */
  readonly everyMs: number;
  readonly durationMs: number;
  readonly keys: KeyChooser;
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/** Bursts at a constant rate with silence between them; the first begins at 0, the last may be cut short. */
export function burstTrains(options: BurstTrainsOptions): Load {
  const { ratePerSecond, burstMs, everyMs, durationMs, keys, cost = 1 } = options;
  requirePositive("burstTrains", { ratePerSecond, burstMs, everyMs, durationMs });
  if (burstMs > everyMs)
    throw new RangeError(`burstTrains: burstMs (${burstMs}) must not be above everyMs (${everyMs}).`);
  return {
    durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      for (let burst = 0; burst * everyMs < durationMs; burst++) {
        const startMs = burst * everyMs;
        for (let i = 0; ; i++) {
          const offsetMs = (i * 1000) / ratePerSecond;
          const atMs = startMs + offsetMs;
          if (offsetMs >= burstMs || atMs >= durationMs || atMs >= startMs + everyMs) break;
          yield { atMs, key: keys(random), cost };
        }
      }
    },
  };
}
