import type { Arrival, Load } from "./arrival.ts";
import type { Random } from "./random.ts";

/** One load after the other. */
export function sequence(...loads: readonly Load[]): Load {
  return {
    durationMs: loads.reduce((sum, { durationMs }) => sum + durationMs, 0),
    *arrivals(random: Random): Iterable<Arrival> {
      let startMs = 0;
      for (const load of loads) {
        for (const arrival of load.arrivals(random)) yield { ...arrival, atMs: startMs + arrival.atMs };
        startMs += load.durationMs;
      }
    },
  };
}
