import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** One replica of three is cut off from Redis; the others are not. */
export const scenario: Scenario = chaosStory({
  about:
    "How much more is let in when one replica of several has lost Redis and the others know nothing of it?",
  faults: (_, faultMs) => during(redisDown(), "fault", { fromMs: 500, untilMs: faultMs, replicas: [1] }),
});
