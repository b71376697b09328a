import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Nearly everybody is the same caller, so that nearly every decision of all replicas is about one key. */
export const scenario: Scenario = loadStory({
  about:
    "Does the count stay exact when all replicas decide about one key at the same time, thousands of times?",
  phases: ({ ratePerSecond, stretch }) => [
    {
      name: "hot",
      load: poisson({
        ratePerSecond,
        durationMs: 10_000 * stretch,
        keys: zipfKeys({ hot: [{ key: "hot", share: 0.95 }], tailKeys: 50 }),
      }),
    },
  ],
});
