import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askEcho } from "./questions.ts";
import { kindWords, shareWords } from "./seen-words.ts";
import { requireToxic, type StreamOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** How much. */
export interface LimitDataOptions extends StreamOptions {
  /** Of each connection, whole bytes; 0 closes at the first one. */
  readonly bytes: number;
}

const surplusBytes = 64;
const mostBytes = 256_000;

/**
 * Closes each connection once `bytes` bytes of its replies (or commands) have passed: in the middle of one, mostly. A
 * limit above 256 kB counts as not seen.
 */
export function limitData(options: LimitDataOptions): Fault {
  const { bytes, stream = "downstream", toxicity = 1 } = options;
  requireToxic("limit-data", options, { bytes });
  const asked = Math.min(mostBytes, bytes + surplusBytes);
  return pathFault({
    name: "limit-data",
    legend: `connections end after ${bytes} bytes of ${stream === "downstream" ? "replies" : "commands"}${shareWords(toxicity)}`,
    breakPath: toxicPath({ type: "limit_data", stream, toxicity, attributes: { bytes } }),
    symptom: {
      ...askEcho(asked),
      withinMs: 1_000,
      shows: ({ kind }) => kind === "closed" || kind === "reset",
      says: (shown) => `the connection of an ECHO of ${asked} bytes was ${kindWords(shown)} before its end`,
      share: toxicity,
      executes: stream === "downstream" ? "all" : "unaffected",
    },
  });
}
