import { constant } from "../harness/load/constant.ts";
import { merged } from "../harness/load/merged.ts";
import { poisson } from "../harness/load/poisson.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const calmKeys = 12;

/** Calm callers, each at two thirds of its limit, beside one who floods the gateways. */
export const scenario: Scenario = loadStory({
  about: "Does one caller who floods the gateways cost the others any of what they are due?",
  phases: ({ ratePerSecond, stretch }, { limit, windowMs }) => {
    const durationMs = 10_000 * stretch;
    const calm = Array.from({ length: calmKeys }, (_, i) =>
      constant({
        ratePerSecond: ((2 / 3) * limit * 1_000) / windowMs,
        durationMs,
        keys: () => `calm-${i + 1}`,
      }),
    );
    return [
      { name: "alone", load: merged(...calm) },
      {
        name: "beside",
        load: merged(poisson({ ratePerSecond, durationMs, keys: () => "noisy" }), ...calm),
      },
    ];
  },
  sharpPhases: ["beside"],
});
