import { merged } from "../harness/load/merged.ts";
import { poisson } from "../harness/load/poisson.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const policy = { name: "cost", limit: 600, windowMs: 2_000 };

/** Requests that cost from 1 to more than the whole limit, all on the same few keys. */
export const scenario: Scenario = loadStory({
  about:
    "Is each request charged what it costs, all or nothing, and one that can never fit denied for nothing?",
  policies: [policy],
  phases: ({ ratePerSecond, stretch }, { limit }) => {
    const keys = weightedKeys([
      { key: "hot", share: 0.6 },
      { key: "warm", share: 0.3 },
      { key: "cool", share: 0.1 },
    ]);
    const durationMs = 10_000 * stretch;
    const share = (of: number, cost: number) =>
      poisson({ ratePerSecond: (ratePerSecond * of) / 4, durationMs, keys, cost });
    return [
      {
        name: "mixed",
        load: merged(
          share(0.6, 1),
          share(0.2, 3),
          share(0.1, 7),
          share(0.06, Math.round(limit / 20)),
          share(0.02, limit),
          share(0.02, limit + 1),
        ),
      },
      { name: "rest", load: poisson({ ratePerSecond: ratePerSecond / 4, durationMs: 3_000, keys }) },
    ];
  },
  sharpPhases: ["rest"],
});
