import { callersWithin } from "../harness/callers-within.ts";
import { constant } from "../harness/load/constant.ts";
import { merged } from "../harness/load/merged.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Of each kind. */
const mostCallers = 20;

/**
 * Even trickles, half of them 5 % below the limit and half 5 % above it, for several windows: as many as the rate bears, one of
 * each kind at least.
 */
export const scenario: Scenario = loadStory({
  about: "Is a caller just below the limit never denied, and one just above it denied only what is too much?",
  phases: ({ ratePerSecond, stretch }, policy) => {
    const { limit, windowMs } = policy;
    const durationMs = 8 * windowMs * stretch;
    const callers = callersWithin({ ratePerSecond, policy, limitsEach: 2, most: mostCallers, fewest: 1 });
    const trickles = (name: string, of: number) =>
      Array.from({ length: callers }, (_, i) =>
        constant({
          ratePerSecond: (of * limit * 1_000) / windowMs,
          durationMs,
          keys: () => `${name}-${i + 1}`,
        }),
      );
    return [{ name: "trickle", load: merged(...trickles("below", 0.95), ...trickles("above", 1.05)) }];
  },
});
