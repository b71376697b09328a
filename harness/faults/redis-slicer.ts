import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askLongPing } from "./questions.ts";
import { shareWords, tookWords } from "./seen-words.ts";
import { requireToxic, type StreamOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** How small, and how far apart. */
export interface RedisSlicerOptions extends StreamOptions {
  /** Whole bytes, at least 1. */
  readonly averageBytes: number;
  /** Give or take so many; less than the average. @default 0 */
  readonly variationBytes?: number;
  /** Whole milliseconds between two pieces. With 0 the pieces are made, but nothing of it is seen from outside. */
  readonly gapMs: number;
}

const aimedAtMs = 200;
const mostPieces = 64;
const mostBytes = 16_000;

/** Cuts what passes into small pieces that arrive one by one, so that no reader gets a whole reply at once. */
export function redisSlicer(options: RedisSlicerOptions): Fault {
  const { averageBytes, variationBytes = 0, gapMs, stream = "downstream", toxicity = 1 } = options;
  requireToxic("redis-slicer", options, { averageBytes, variationBytes, gapMs });
  if (averageBytes < 1)
    throw new RangeError(`redis-slicer: averageBytes must be at least 1, not ${averageBytes}.`);
  if (variationBytes >= averageBytes)
    throw new RangeError(
      `redis-slicer: variationBytes must be less than averageBytes, not ${variationBytes}.`,
    );
  const pieceBytes = averageBytes + variationBytes;
  const wantedPieces = gapMs === 0 ? 2 : Math.min(mostPieces, Math.max(2, Math.ceil(aimedAtMs / gapMs)));
  const bytes = Math.min(mostBytes, wantedPieces * pieceBytes);
  const expectedMs = (Math.ceil(bytes / pieceBytes) - 1) * gapMs;
  return pathFault({
    name: "redis-slicer",
    legend: `${stream === "downstream" ? "replies" : "commands"} in pieces of ${averageBytes} bytes, ${gapMs} ms apart${shareWords(toxicity)}`,
    breakPath: toxicPath({
      type: "slicer",
      stream,
      toxicity,
      attributes: {
        average_size: averageBytes,
        size_variation: variationBytes,
        delay: gapMs * 1_000,
      },
    }),
    symptom: {
      ...askLongPing(bytes),
      // Halving may make up to twice as many pieces as are needed.
      withinMs: 1_000 + 6 * (expectedMs + gapMs),
      shows: ({ tookMs }, usualMs) => expectedMs > 0 && tookMs >= usualMs + 0.8 * expectedMs,
      says: (shown) => `PING of ${bytes} bytes took ${tookWords(shown)}`,
      share: toxicity,
    },
  });
}
