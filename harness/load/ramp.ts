import type { Arrival, Load } from "./arrival.ts";
import type { KeyChooser } from "./key-chooser.ts";
import type { Random } from "./random.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `ramp`. */
export interface RampOptions {
  /** Rate at the start. */
  readonly fromRatePerSecond: number;
  /** Rate at the end. */
  readonly toRatePerSecond: number;
  readonly durationMs: number;
  readonly keys: KeyChooser;
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/** A rate that grows or falls linearly: arrival i comes when the integral of the rate reaches i. */
export function ramp({ fromRatePerSecond, toRatePerSecond, durationMs, keys, cost = 1 }: RampOptions): Load {
  requirePositive("ramp", { fromRatePerSecond, toRatePerSecond, durationMs });
  const fromPerMs = fromRatePerSecond / 1000;
  const slope = (toRatePerSecond - fromRatePerSecond) / 1000 / durationMs;
  const total = ((fromPerMs + toRatePerSecond / 1000) / 2) * durationMs;
  return {
    durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      for (let i = 0; i < total; i++) {
        // The root of fromPerMs * t + slope * t² / 2 = i, in the form that loses no digits when slope is near 0.
        const atMs = (2 * i) / (fromPerMs + Math.sqrt(Math.max(0, fromPerMs * fromPerMs + 2 * slope * i)));
        if (atMs >= durationMs) return;
        yield { atMs, key: keys(random), cost };
      }
    },
  };
}
