import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askPing } from "./questions.ts";
import { shareWords, tookWords } from "./seen-words.ts";
import { requireToxic, type StreamOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** How late. */
export interface RedisLatencyOptions extends StreamOptions {
  /** Whole milliseconds. */
  readonly delayMs: number;
  /** Evenly spread around the delay, at most as much. Whole milliseconds. @default 0 */
  readonly jitterMs?: number;
}

/** Delays what Redis replies, or is sent, by `delayMs`, give or take `jitterMs`; the order is kept. */
export function redisLatency(options: RedisLatencyOptions): Fault {
  const { delayMs, jitterMs = 0, stream = "downstream", toxicity = 1 } = options;
  requireToxic("redis-latency", options, { delayMs, jitterMs });
  if (jitterMs > delayMs)
    throw new RangeError(`redis-latency: jitterMs must be at most delayMs, not ${jitterMs}.`);
  const leastMs = 0.8 * (delayMs - jitterMs / 2);
  const jitter = jitterMs === 0 ? "" : `, give or take ${jitterMs} ms`;
  const late = stream === "downstream" ? "Redis replies" : "commands reach Redis";
  return pathFault({
    name: "redis-latency",
    legend: `${late} ${delayMs} ms late${jitter}${shareWords(toxicity)}`,
    breakPath: toxicPath({
      type: "latency",
      stream,
      toxicity,
      attributes: { latency: delayMs, jitter: jitterMs },
    }),
    symptom: {
      ...askPing,
      withinMs: 1_000 + 3 * (delayMs + jitterMs),
      shows: ({ tookMs }, usualMs) => delayMs > 0 && tookMs >= usualMs + leastMs,
      says: (shown) => `PING took ${tookWords(shown)}`,
      share: toxicity,
      chance: jitterMs === 0 ? "certain" : "jitter",
    },
  });
}
