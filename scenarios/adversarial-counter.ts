import { aheadOfEdges } from "../harness/load/ahead-of-edges.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const policy = { name: "counter", limit: 500, windowMs: 1_000 };

/**
 * A burst at the very end of a window of the clock, and another that ends where the first began, one window later: a
 * counter that takes the last window for evenly spread has then forgotten nearly all of it.
 */
export const scenario: Scenario = loadStory({
  about: "How many does a limiter let in within one window if a caller knows that it keeps two counters?",
  policies: [policy],
  phases: ({ ratePerSecond, stretch }, { limit, windowMs }) => {
    const requests = Math.round(1.3 * limit);
    const burstMs = Math.min((1_000 * requests) / ratePerSecond, windowMs / 8);
    const guardMs = windowMs / 100;
    const keys = Array.from({ length: Math.ceil(8 * stretch) }, (_, i) => `caller-${i + 1}`);
    return [
      {
        name: "edges",
        align: { atMs: 0, toMs: windowMs },
        load: aheadOfEdges({ windowMs, requests, burstMs, guardMs, keys }),
      },
    ];
  },
});
