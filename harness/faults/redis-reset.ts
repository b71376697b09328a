import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askEcho } from "./questions.ts";
import { kindWords, shareWords, tookWords } from "./seen-words.ts";
import { requireToxic, type StreamOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

/** When. */
export interface RedisResetOptions extends StreamOptions {
  /** After the first byte, in whole milliseconds. @default 0 */
  readonly afterMs?: number;
}

/**
 * Answers the first bytes on a connection with a TCP reset: `upstream` of commands, which are lost, `downstream` of
 * replies, whose commands were executed. Connections from before are reset too, where Toxiproxy is the embedded one.
 */
export function redisReset(options: RedisResetOptions = {}): Fault {
  const { afterMs = 0, stream = "downstream", toxicity = 1 } = options;
  requireToxic("redis-reset", options, { afterMs });
  const what =
    stream === "downstream" ? "connections are reset by replies" : "connections are reset by commands";
  const delay = afterMs === 0 ? "" : ` after ${afterMs} ms`;
  return pathFault({
    name: "redis-reset",
    legend: `${what}${delay}${shareWords(toxicity)}`,
    breakPath: toxicPath({ type: "reset_peer", stream, toxicity, attributes: { timeout: afterMs } }),
    symptom: {
      ...askEcho(),
      withinMs: 1_000 + 3 * afterMs,
      shows: ({ kind, tookMs }) => (kind === "reset" || kind === "closed") && tookMs >= 0.8 * afterMs,
      says: (shown) => `the connection of an ECHO was ${kindWords(shown)} in ${tookWords(shown)}`,
      share: toxicity,
      executes: stream === "downstream" ? "all" : "unaffected",
    },
  });
}
