import { ramp } from "../harness/load/ramp.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const keys = zipfKeys({ hot: [{ key: "hot", share: 0.4 }], tailKeys: 2_000 });

/** The rate grows from a twentieth to the whole, and falls again. */
export const scenario: Scenario = loadStory({
  about: "Does the promise hold at every rate on the way up and down, and where does latency begin to grow?",
  phases: ({ ratePerSecond, stretch }) => {
    const slowest = Math.max(1, ratePerSecond / 20);
    const durationMs = 6_000 * stretch;
    return [
      {
        name: "up",
        load: ramp({ fromRatePerSecond: slowest, toRatePerSecond: ratePerSecond, durationMs, keys }),
      },
      {
        name: "down",
        load: ramp({ fromRatePerSecond: ratePerSecond, toRatePerSecond: slowest, durationMs, keys }),
      },
    ];
  },
});
