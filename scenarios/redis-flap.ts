import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { flapping } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis goes and comes back again and again, faster than a window passes. */
export const scenario: Scenario = chaosStory({
  about: "Does every short outage give away a little more, when Redis goes and comes back again and again?",
  faults: (_, faultMs) =>
    flapping(redisDown(), "fault", {
      fromMs: 300,
      forMs: faultMs - 300,
      downMs: 500,
      upMs: 1_100,
      jitterShare: 0.3,
      seed: 1,
    }),
  fallbackBlindShare: 0.6,
});
