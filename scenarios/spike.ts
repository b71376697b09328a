import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Phase, Scenario } from "../harness/scenario.ts";

/** Calm, ten times as much for a second, and calm again. */
export const scenario: Scenario = loadStory({
  about: "Does a sudden spike get past the limit, and is everybody served again as soon as it has passed?",
  phases: ({ ratePerSecond, stretch }) => {
    const phase = (name: string, share: number, durationMs: number): Phase => ({
      name,
      load: poisson({
        ratePerSecond: ratePerSecond * share,
        durationMs: durationMs * stretch,
        keys: zipfKeys({ hot: [{ key: "hot", share: 0.5 }], tailKeys: 1_000 }),
      }),
    });
    return [phase("calm", 0.1, 4_000), phase("spike", 1, 1_000), phase("after", 0.1, 5_000)];
  },
});
