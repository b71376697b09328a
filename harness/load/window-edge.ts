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
  /**
   * Each key sends a single request so long after the edge before its own: less than `guardMs`, and no sooner than the
   * start. A window that begins with a key's first request then ends in the silence between its bursts.
   * @default none does
   */
  readonly openerMs?: number;
  /** Cost of each request. @default 1 */
  readonly cost?: number;
}

/**
 * Double bursts over window edges: `requests` that end `guardMs` before the edge, then silence, then as many from
 * `guardMs` after it. A limiter with fixed windows lets both through; one whose windows begin with the first request does
 * only if that came a window earlier (`openerMs`). For a phase that is aligned to the windows.
 */
export function windowEdge(options: WindowEdgeOptions): Load {
  const { windowMs, requests, burstMs, guardMs, keys, cost = 1, firstEdgeMs = windowMs, openerMs } = options;
  requirePositive("windowEdge", { windowMs, requests, burstMs, guardMs, keys: keys.length });
  requireFitting(options, firstEdgeMs);
  return {
    durationMs: firstEdgeMs + (keys.length - 1) * windowMs + guardMs + burstMs,
    *arrivals(): Iterable<Arrival> {
      yield* opener(firstEdgeMs - windowMs, keys[0]);
      for (const [index, key] of keys.entries()) {
        const edgeMs = firstEdgeMs + index * windowMs;
        yield* burst(edgeMs - guardMs - burstMs, key);
        yield* opener(edgeMs, keys[index + 1]);
        yield* burst(edgeMs + guardMs, key);
      }
    },
  };

  function* opener(edgeMs: number, key: string | undefined): Iterable<Arrival> {
    if (openerMs !== undefined && key !== undefined) yield { atMs: edgeMs + openerMs, key, cost };
  }

  function* burst(startMs: number, key: string): Iterable<Arrival> {
    for (let i = 0; i < requests; i++) yield { atMs: startMs + (i * burstMs) / requests, key, cost };
  }
}

function requireFitting(options: WindowEdgeOptions, firstEdgeMs: number): void {
  const { windowMs, requests, burstMs, guardMs, openerMs } = options;
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
  if (openerMs !== undefined && !(openerMs < guardMs && firstEdgeMs - windowMs + openerMs >= 0))
    throw new RangeError(
      `windowEdge: a first request ${openerMs} ms after the edge before must come after the start and within the guard of ${guardMs} ms.`,
    );
}
