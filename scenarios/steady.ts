import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

/** One rate for ten seconds: a hot key, a warm one and a long tail. */
export const scenario: Scenario = loadStory({
  about: "Does the limiter keep its promise in ordinary times, and what does it cost each request?",
  phases: ({ ratePerSecond, stretch }) => [
    {
      name: "steady",
      load: poisson({
        ratePerSecond,
        durationMs: 10_000 * stretch,
        keys: zipfKeys({
          hot: [
            { key: "hot", share: 0.3 },
            { key: "warm", share: 0.1 },
          ],
          tailKeys: 5_000,
        }),
      }),
    },
  ],
});
