import { chaosStory } from "../harness/chaos-story.ts";
import { headersAreHonest } from "../harness/checkers/headers-are-honest.ts";
import { obedientGetIn } from "../harness/checkers/obedient-get-in.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { during } from "../harness/faults/schedule.ts";
import { merged } from "../harness/load/merged.ts";
import { poisson } from "../harness/load/poisson.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import type { Scenario } from "../harness/scenario.ts";

/** So small that one request is a tenth of it, and three seconds, so that whole seconds can be told apart. */
const policy = { name: "storm", limit: 10, windowMs: 3_000 };

/** They ask again at once, whatever they are told. */
const deaf = weightedKeys(Array.from({ length: 40 }, (_, i) => ({ key: `deaf-${i + 1}`, share: 1 / 40 })));

const stormMs = 3_000;

/**
 * Forty clients ask again at once, whatever they are told, and twice as often for a while when Redis is back; twenty-four
 * others, each by a name of its own, wait as long as Retry-After says.
 */
export const scenario: Scenario = {
  ...chaosStory({
    about:
      "When Redis is back and all who were turned away ask again at once, do those get in who had waited as they were told?",
    policies: [policy],
    rateShare: 0.5,
    keys: () => deaf,
    shape: (load, phase, { ratePerSecond }) =>
      phase === "recovery"
        ? merged(load, poisson({ ratePerSecond: ratePerSecond / 2, durationMs: stormMs, keys: deaf }))
        : load,
    faultMs: 4_000,
    faults: (_, faultMs) => during(redisDown(), "fault", { fromMs: 500, untilMs: faultMs }),
    strictBlindShare: 0.11,
    fallbackBlindShare: 0.11,
    checkers: [headersAreHonest(), obedientGetIn()],
  }),
  probingClients: 24,
};
