import { chaosStory } from "../harness/chaos-story.ts";
import { redisClock } from "../harness/faults/redis-clock.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/**
 * Redis's own clock is an hour ahead for a while, and then ten seconds behind: it steps forward, back, back and forward.
 * Whole windows, so that the windows of the clock stay where they were.
 */
export const scenario: Scenario = chaosStory({
  about:
    "Does a limiter that trusts Redis's clock lock everybody out, or let everybody in, when that is set?",
  faults: (_, faultMs) => [
    ...during(redisClock({ jumpMs: 3_600_000 }), "fault", { fromMs: 500, untilMs: 0.4 * faultMs }),
    ...during(redisClock({ jumpMs: -10_000 }), "fault", { fromMs: 0.6 * faultMs, untilMs: faultMs }),
  ],
  fallbackBlindShare: 1,
});
