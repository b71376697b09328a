import { chaosStory } from "../harness/chaos-story.ts";
import { redisReset } from "../harness/faults/redis-reset.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Every connection to Redis is torn down with a reset as soon as it is used. */
export const scenario: Scenario = chaosStory({
  about:
    "What becomes of decisions whose connection is reset under them, and does the limiter storm Redis with new ones?",
  faults: (_, faultMs) => during(redisReset(), "fault", { fromMs: 500, untilMs: 0.6 * faultMs }),
  fallbackBlindShare: 0.6,
});
