import type { Arrival, Load } from "./arrival.ts";
import { type Random, seededRandom } from "./random.ts";

/** Options of `refunded`. */
export interface RefundedOptions {
  /** Share of the requests, 0 to 1. */
  readonly share: number;
}

/** The load with some of its requests, chosen by chance, asking that their cost be given back. */
export function refunded(load: Load, { share }: RefundedOptions): Load {
  return {
    durationMs: load.durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      // A stream of its own, so that the arrivals are those of the load alone.
      const chance = seededRandom(Math.floor(random() * 2 ** 31), "refunded");
      for (const arrival of load.arrivals(random))
        yield chance() < share ? { ...arrival, refund: "asked" } : arrival;
    },
  };
}
