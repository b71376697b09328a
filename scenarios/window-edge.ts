import { windowEdge } from "../harness/load/window-edge.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const policy = { name: "edge", limit: 500, windowMs: 1_000 };
const edges = 8;

/** More than the limit right before the edge of a window of the clock, and as much right after it. */
export const scenario: Scenario = loadStory({
  about: "Are twice as many let in around the edge of a window as in any other span of its length?",
  policies: [policy],
  phases: ({ ratePerSecond, stretch }, { limit, windowMs }) => {
    const requests = Math.round(1.3 * limit);
    const burstMs = Math.min((1_000 * requests) / ratePerSecond, windowMs / 3);
    const guardMs = windowMs / 40;
    const firstEdgeMs = burstMs + 2 * guardMs;
    const keys = Array.from({ length: Math.ceil(edges * stretch) }, (_, i) => `edge-${i + 1}`);
    return [
      {
        name: "edges",
        align: { atMs: firstEdgeMs, toMs: windowMs },
        load: windowEdge({ windowMs, firstEdgeMs, requests, burstMs, guardMs, keys }),
      },
    ];
  },
});
