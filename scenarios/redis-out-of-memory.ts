import { chaosStory } from "../harness/chaos-story.ts";
import { redisOutOfMemory } from "../harness/faults/redis-out-of-memory.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis answers every write with an error: it is up, and of no use. */
export const scenario: Scenario = chaosStory({
  about: "What does the limiter make of a Redis that is up but refuses to write, because its memory is full?",
  faults: (_, faultMs) => during(redisOutOfMemory(), "fault", { fromMs: 500, untilMs: faultMs }),
  fallbackBlindShare: 0.6,
});
