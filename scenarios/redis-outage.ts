import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis cannot be reached for most of the phase `fault`: every connection is refused. */
export const scenario: Scenario = chaosStory({
  about:
    "What does the limiter let in while Redis is gone for seconds, and how soon is it back to its promise?",
  faults: (_, faultMs) => during(redisDown(), "fault", { fromMs: 500, untilMs: faultMs }),
});
