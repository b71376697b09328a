import type { Arrival, Load } from "./arrival.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `aheadOfEdges`. */
export interface AheadOfEdgesOptions {
  /** Distance of the edges; the first is one window after the start. */
  readonly windowMs: number;
  /** Requests in each of the two bursts of a key: a whole number. */
  readonly requests: number;
  /** Length of each burst. */
  readonly burstMs: number;
  /** Silence between the first burst and its edge, and between a window's length after it and the second. */
  readonly guardMs: number;
  /** Three windows each, so that every key comes rested. */
  readonly keys: readonly string[];
}

/**
 * For each key a burst that ends `guardMs` before an edge, and one that ends `guardMs` short of a window after the first
 * began: both lie within one window's length, and nearly a whole window of the clock lies between them.
 */
export function aheadOfEdges({ windowMs, requests, burstMs, guardMs, keys }: AheadOfEdgesOptions): Load {
  requirePositive("aheadOfEdges", { windowMs, requests, burstMs, guardMs, keys: keys.length });
  if (!Number.isInteger(requests))
    throw new RangeError(`aheadOfEdges: requests must be whole, not ${requests}.`);
  if (2 * (burstMs + guardMs) > windowMs)
    throw new RangeError(
      `aheadOfEdges: two bursts of ${burstMs} ms and two guards of ${guardMs} ms do not fit into a window of ${windowMs} ms.`,
    );
  return {
    durationMs: 3 * windowMs * keys.length,
    *arrivals(): Iterable<Arrival> {
      for (const [index, key] of keys.entries()) {
        const firstMs = (3 * index + 1) * windowMs - guardMs - burstMs;
        yield* burst(firstMs, key);
        yield* burst(firstMs + windowMs - guardMs - burstMs, key);
      }
    },
  };

  function* burst(startMs: number, key: string): Iterable<Arrival> {
    for (let i = 0; i < requests; i++) yield { atMs: startMs + (i * burstMs) / requests, key };
  }
}
