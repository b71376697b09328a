import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import type { Scenario } from "../harness/scenario.ts";

/** One replica of three is cut off from Redis; the others are not. */
export const scenario: Scenario = chaosStory({
  about:
    "How much more is let in when one replica of several has lost Redis and the others know nothing of it?",
  faults: (_, faultMs) => [inFault(redisDown(), 500, faultMs, [1])],
});
