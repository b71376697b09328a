import { controlKey } from "../history/control-key.ts";
import type { Arrival, Load } from "../load/arrival.ts";
import type { Random } from "../load/random.ts";

/** Every so many arrivals a control goes along, */
const everyArrivals = 100;
/** and when none has gone along for so long, so that there are enough of them at low rates too. */
const everyMs = 30;

/**
 * The load with control requests mixed in, one at the instant of every hundredth arrival, more where there are few: they
 * ask the gateways' health, which no limiter guards, so that what the machine costs can be told from what the limiter
 * costs.
 */
export function withControl(load: Load): Load {
  return {
    ...load,
    *arrivals(random: Random): Iterable<Arrival> {
      let count = 0;
      let lastMs = 0;
      for (const arrival of load.arrivals(random)) {
        if (arrival.key === controlKey)
          throw new RangeError(`No key of a scenario may be called ${controlKey}.`);
        yield arrival;
        if (++count < everyArrivals && arrival.atMs - lastMs < everyMs) continue;
        yield { atMs: arrival.atMs, key: controlKey };
        count = 0;
        lastMs = arrival.atMs;
      }
    },
  };
}
