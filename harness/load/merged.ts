import type { Arrival, Load } from "./arrival.ts";
import { type Random, seededRandom } from "./random.ts";

/** All loads at once, in order of time; of arrivals at the same instant the earlier load's comes first. */
export function merged(...loads: readonly Load[]): Load {
  return {
    durationMs: Math.max(0, ...loads.map(({ durationMs }) => durationMs)),
    *arrivals(random: Random): Iterable<Arrival> {
      // Each load draws from a stream of its own: what one asks for does not change the other.
      const seed = Math.floor(random() * 2 ** 31);
      const iterators = loads.map((load, i) =>
        load.arrivals(seededRandom(seed, String(i)))[Symbol.iterator](),
      );
      const heads = iterators.map(next);
      for (;;) {
        let first = -1;
        let firstMs = Number.POSITIVE_INFINITY;
        for (const [i, head] of heads.entries())
          if (head !== null && head.atMs < firstMs) {
            first = i;
            firstMs = head.atMs;
          }
        const head = heads[first];
        const iterator = iterators[first];
        if (!head || !iterator) return;
        yield head;
        heads[first] = next(iterator);
      }
    },
  };
}

function next(iterator: Iterator<Arrival>): Arrival | null {
  const { done, value } = iterator.next();
  return done ? null : value;
}
