import type { Arrival, Load } from "./arrival.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `takingTurns`. */
export interface TakingTurnsOptions {
  readonly ratePerSecond: number;
  /** At most. */
  readonly durationMs: number;
  /** Of each key, one after the other: a whole number. */
  readonly requests: number;
  /** How the names of the keys begin. */
  readonly prefix: string;
}

/** Rested keys that send so many requests each, one key after the other, in as many whole turns as there is time for; at least one begins. */
export function takingTurns({ ratePerSecond, durationMs, requests, prefix }: TakingTurnsOptions): Load {
  requirePositive("takingTurns", { ratePerSecond, durationMs, requests });
  const turnMs = (1_000 * requests) / ratePerSecond;
  const lengthMs = durationMs < turnMs ? durationMs : Math.floor(durationMs / turnMs) * turnMs;
  const all = Math.ceil((lengthMs * ratePerSecond) / 1_000 - 1e-6);
  return {
    durationMs: lengthMs,
    expected: all,
    *arrivals(): Iterable<Arrival> {
      for (let i = 0; i < all; i++)
        yield { atMs: (1_000 * i) / ratePerSecond, key: `${prefix}${Math.floor(i / requests) + 1}` };
    },
  };
}
