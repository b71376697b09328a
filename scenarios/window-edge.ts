import { windowEdge } from "../harness/load/window-edge.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const policy = { name: "edge", limit: 500, windowMs: 1_000 };
const edges = 8;

/**
 * More than the limit right before the edge of a window, and as much right after it: of a window of the clock, and of one
 * that began with the key's first request.
 */
export const scenario: Scenario = loadStory({
  about: "Are twice as many let in around the edge of a window as in any other span of its length?",
  policies: [policy],
  phases: ({ ratePerSecond, stretch }, { limit, windowMs }) => {
    const requests = Math.round(1.3 * limit);
    const burstMs = Math.min((1_000 * requests) / ratePerSecond, windowMs / 3);
    const guardMs = windowMs / 40;
    const keys = Array.from({ length: Math.ceil(edges * stretch) }, (_, i) => `edge-${i + 1}`);
    return [
      {
        name: "edges",
        align: { atMs: windowMs, toMs: windowMs },
        load: windowEdge({ windowMs, requests, burstMs, guardMs, keys, openerMs: guardMs / 2 }),
      },
    ];
  },
});
