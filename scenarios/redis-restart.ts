import { chaosStory } from "../harness/chaos-story.ts";
import { redisRestart } from "../harness/faults/redis-restart.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis is killed and comes back at once, with nothing in it. */
export const scenario: Scenario = chaosStory({
  about: "Does a Redis that comes back empty give everybody a fresh limit, or do the replicas remember?",
  // It is back as soon as it is killed: whoever comes back later than that is late.
  faults: () => during(redisRestart(), "fault", { fromMs: 1_000, untilMs: 1_500 }),
  fallbackBlindShare: 0.7,
});
