import { chaosStory } from "../harness/chaos-story.ts";
import { redisClock } from "../harness/faults/redis-clock.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";
import type { Policy } from "../limiter/policy.ts";

/** Small, for under libfaketime each look at the clock costs Redis the reading of a file: it is asked less. */
const policy: Policy = { name: "chaos", limit: 200, windowMs: 2_000 };

/**
 * Redis's own clock is an hour ahead for a while, and then ten seconds behind: it steps forward, back, back and forward.
 * Whole windows, so that the windows of the clock stay where they were.
 */
export const scenario: Scenario = chaosStory({
  about:
    "Does a limiter that trusts Redis's clock lock everybody out, or let everybody in, when that is set?",
  policies: [policy],
  rateShare: 0.3,
  faults: (_, faultMs) => [
    ...during(redisClock({ jumpMs: 3_600_000 }), "fault", { fromMs: 500, untilMs: 0.3 * faultMs }),
    ...during(redisClock({ jumpMs: -10_000 }), "fault", { fromMs: 0.7 * faultMs, untilMs: faultMs }),
  ],
  fallbackBlindShare: 1,
});
