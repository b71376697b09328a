import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askLongPing } from "./questions.ts";
import { shareWords, tookWords } from "./seen-words.ts";
import type { Symptom } from "./symptom.ts";
import { requireToxic, type StreamOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** How narrow. */
export interface RedisBandwidthOptions extends StreamOptions {
  /** Whole kilobytes (1,000 bytes) a second, of each connection; 0 lets nothing through. */
  readonly kilobytesPerSecond: number;
}

const aimedAtMs = 200;
const leastBytes = 64;
const mostBytes = 256_000;
/** Bytes that take less than this over the narrow path say nothing of it. */
const leastVisibleMs = 5;
const silenceMs = 300;

/** Lets so many kilobytes a second through. A rate that a look with 256 kB does not notice counts as not seen. */
export function redisBandwidth(options: RedisBandwidthOptions): Fault {
  const { kilobytesPerSecond, stream = "downstream", toxicity = 1 } = options;
  requireToxic("redis-bandwidth", options, { kilobytesPerSecond });
  const what = stream === "downstream" ? "replies" : "commands";
  return pathFault({
    name: "redis-bandwidth",
    legend: `${what} at ${kilobytesPerSecond} kB/s on each connection${shareWords(toxicity)}`,
    breakPath: toxicPath({ type: "bandwidth", stream, toxicity, attributes: { rate: kilobytesPerSecond } }),
    symptom: {
      share: toxicity,
      ...(kilobytesPerSecond === 0 ? blocked : narrow(kilobytesPerSecond)),
    },
  });
}

const blocked: Symptom = {
  ...askLongPing(leastBytes),
  withinMs: silenceMs,
  shows: ({ kind }) => kind === "silent",
  says: () => `PING of ${leastBytes} bytes was not answered within ${silenceMs} ms`,
};

function narrow(kilobytesPerSecond: number): Symptom {
  const bytes = Math.round(Math.min(mostBytes, Math.max(leastBytes, kilobytesPerSecond * aimedAtMs)));
  const expectedMs = bytes / kilobytesPerSecond;
  const isVisible = expectedMs >= leastVisibleMs;
  return {
    ...askLongPing(bytes),
    withinMs: 1_000 + 3 * expectedMs,
    shows: ({ tookMs }, usualMs) => isVisible && tookMs >= usualMs + 0.8 * expectedMs,
    says: (shown) => `PING of ${bytes} bytes took ${tookWords(shown)}`,
  };
}
