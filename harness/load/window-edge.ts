import type { Arrival, Load } from "./arrival.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `windowEdge`. */
export interface WindowEdgeOptions {
  /** Distance of the edges; the first lies `windowMs` after the start of the phase. */
  readonly windowMs: number;
  /** Requests in each of the two bursts at an edge: a whole number. */
  readonly requests: number;
  /** Length of each burst. */
  readonly burstMs: number;
  /** Silence on each side of the edge: wide enough that no late send crosses it. */
  readonly guardMs: number;
  /** One edge a key, so that each key comes to its edge rested. */
  readonly keys: readonly string[];
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/**
 * Double bursts over window edges: `requests` that end `guardMs` before the edge, then silence, then as many from
 * `guardMs` after it. A limiter with fixed windows lets both through. For a phase that is aligned to the windows.
 */
export function windowEdge({
  windowMs,
  requests,
  burstMs,
  guardMs,
  keys,
  cost = 1,
}: WindowEdgeOptions): Load {
  requirePositive("windowEdge", { windowMs, requests, burstMs, guardMs, keys: keys.length });
  if (!Number.isInteger(requests))
    throw new RangeError(`windowEdge: requests must be whole, not ${requests}.`);
  if (2 * (guardMs + burstMs) > windowMs)
    throw new RangeError(
      `windowEdge: two bursts of ${burstMs} ms and two guards of ${guardMs} ms do not fit into a window of ${windowMs} ms.`,
    );
  return {
    durationMs: keys.length * windowMs + guardMs + burstMs,
    *arrivals(): Iterable<Arrival> {
      for (const [index, key] of keys.entries()) {
        const edgeMs = (index + 1) * windowMs;
        yield* burst(edgeMs - guardMs - burstMs, key);
        yield* burst(edgeMs + guardMs, key);
      }
    },
  };

  function* burst(startMs: number, key: string): Iterable<Arrival> {
    for (let i = 0; i < requests; i++) yield { atMs: startMs + (i * burstMs) / requests, key, cost };
  }
}
