import { controlKey } from "../history/control-key.ts";
import type { Arrival, Load } from "../load/arrival.ts";
import type { Random } from "../load/random.ts";

/** Every so many arrivals a control goes along; and with one of them if the last control is so long ago. */
const everyArrivals = 100;
const everyMs = 40;

/**
 * The load with control requests mixed in, one at the instant of every hundredth arrival, and of more of them where few
 * come: they ask the gateways'
 * health, which no limiter guards, so that what the machine costs can be told from what the limiter costs.
 */
export function withControl(load: Load): Load {
  return {
    durationMs: load.durationMs,
    *arrivals(random: Random): Iterable<Arrival> {
      let count = 0;
      let lastMs = Number.NEGATIVE_INFINITY;
      for (const arrival of load.arrivals(random)) {
        if (arrival.key === controlKey)
          throw new RangeError(`No key of a scenario may be called ${controlKey}.`);
        yield arrival;
        if (++count % everyArrivals !== 0 && arrival.atMs - lastMs < everyMs) continue;
        lastMs = arrival.atMs;
        yield { atMs: arrival.atMs, key: controlKey };
      }
    },
  };
}
