import { callersWithin } from "../harness/callers-within.ts";
import { isolatesKeys } from "../harness/checkers/isolates-keys.ts";
import { constant } from "../harness/load/constant.ts";
import type { KeyChooser } from "../harness/load/key-chooser.ts";
import { merged } from "../harness/load/merged.ts";
import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import { loadStory } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";

const mostCalm = 12;
const fewestCalm = 3;
/** So many that none of them comes near its limit. */
const crowd = zipfKeys({ tailKeys: 2_000, exponent: 0, prefix: "crowd-" });
const noisy: KeyChooser = () => "noisy";

/**
 * Calm callers, each at two thirds of its limit, beside a crowd, and beside one who asks as often as the whole crowd; both
 * twice, in turns, so that what changes with time alone does not look like a difference. The calm ask half of the rate at
 * most, and so whoever is beside them more than its limit.
 */
export const scenario: Scenario = loadStory({
  about: "Does one caller who floods the gateways cost the others any of what they are due?",
  phases: ({ ratePerSecond, stretch }, policy) => {
    const durationMs = 5_000 * stretch;
    const limitsEach = 2 / 3;
    const theirs = { limitsEach, share: 0.5, most: mostCalm, fewest: fewestCalm };
    const calmKeys = callersWithin({ ratePerSecond, policy, ...theirs });
    const calmPerSecond = (1_000 * limitsEach * policy.limit) / policy.windowMs;
    const calm = Array.from({ length: calmKeys }, (_, i) =>
      constant({ ratePerSecond: calmPerSecond, durationMs, keys: () => `calm-${i + 1}` }),
    );
    const restPerSecond = ratePerSecond - calmKeys * calmPerSecond;
    const beside = (keys: KeyChooser) =>
      merged(poisson({ ratePerSecond: restPerSecond, durationMs, keys }), ...calm);
    return [
      { name: "spread-1", load: beside(crowd) },
      { name: "beside-1", load: beside(noisy) },
      { name: "spread-2", load: beside(crowd) },
      { name: "beside-2", load: beside(noisy) },
    ];
  },
  sharpPhases: ["beside-1", "beside-2"],
  checkers: [
    isolatesKeys({
      calmPrefix: "calm-",
      pairs: [
        { spread: "spread-1", beside: "beside-1" },
        { spread: "spread-2", beside: "beside-2" },
      ],
    }),
  ],
});
