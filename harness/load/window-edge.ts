import type { Arrival, Load } from "./arrival.ts";
import { requirePositive } from "./require-positive.ts";

/** Options of `windowEdge`. */
export interface WindowEdgeOptions {
  /** Distance of the edges. */
  readonly windowMs: number;
  /** Requests in each of the two bursts at an edge: a whole number. */
  readonly requests: number;
  /** Length of each burst. */
  readonly burstMs: number;
  /** Silence on each side of the edge: wide enough that no late send crosses it. */
  readonly guardMs: number;
  /** One edge a key, so that each key comes to its edge rested. */
  readonly keys: readonly string[];
  /** The first edge, in milliseconds after the start; at least `burstMs + guardMs`. @default `windowMs` */
  readonly firstEdgeMs?: number;
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/**
 * Double bursts over window edges: `requests` that end `guardMs` before the edge, then silence, then as many from
 * `guardMs` after it. A limiter with fixed windows lets both through. For a phase that is aligned to the windows.
 */
export function windowEdge(options: WindowEdgeOptions): Load {
  const { windowMs, requests, burstMs, guardMs, keys, cost = 1, firstEdgeMs = windowMs } = options;
  requirePositive("windowEdge", { windowMs, requests, burstMs, guardMs, keys: keys.length });
  if (!Number.isInteger(requests))
    throw new RangeError(`windowEdge: requests must be whole, not ${requests}.`);
  if (2 * (guardMs + burstMs) > windowMs)
    throw new RangeError(
      `windowEdge: two bursts of ${burstMs} ms and two guards of ${guardMs} ms do not fit into a window of ${windowMs} ms.`,
    );
  if (!(firstEdgeMs >= guardMs + burstMs))
    throw new RangeError(
      `windowEdge: a burst of ${burstMs} ms and a guard of ${guardMs} ms do not fit before the first edge at ${firstEdgeMs} ms.`,
    );
  return {
    durationMs: firstEdgeMs + (keys.length - 1) * windowMs + guardMs + burstMs,
    *arrivals(): Iterable<Arrival> {
      for (const [index, key] of keys.entries()) {
        const edgeMs = firstEdgeMs + index * windowMs;
        yield* burst(edgeMs - guardMs - burstMs, key);
        yield* burst(edgeMs + guardMs, key);
      }
    },
  };

  function* burst(startMs: number, key: string): Iterable<Arrival> {
    for (let i = 0; i < requests; i++) yield { atMs: startMs + (i * burstMs) / requests, key, cost };
  }
}
