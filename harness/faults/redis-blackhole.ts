import type { Fault } from "./fault.ts";
import { pathFault } from "./path-fault.ts";
import { askEcho } from "./questions.ts";
import { shareWords } from "./seen-words.ts";
import { requireToxic, type StreamOptions } from "./toxic-options.ts";
import { toxicPath } from "./toxic-path.ts";

const silenceMs = 300;

/**
 * Swallows all that passes, without a word. `upstream` commands are lost; `downstream` Redis executes them, and nobody
 * hears of it. Connections that lost something are closed when it is healed.
 */
export function redisBlackhole(options: StreamOptions = {}): Fault {
  const { stream = "downstream", toxicity = 1 } = options;
  requireToxic("redis-blackhole", options, {});
  const what = stream === "downstream" ? "replies of executed commands" : "commands";
  return pathFault({
    name: "redis-blackhole",
    legend: `${what} vanish silently${shareWords(toxicity)}`,
    breakPath: toxicPath({ type: "timeout", stream, toxicity, attributes: { timeout: 0 } }),
    symptom: {
      ...askEcho(),
      withinMs: silenceMs,
      shows: ({ kind }) => kind === "silent",
      says: () => `ECHO was not answered within ${silenceMs} ms`,
      share: toxicity,
      executes: stream === "downstream" ? "all" : "unaffected",
    },
  });
}
