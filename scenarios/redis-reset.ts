import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { redisReset } from "../harness/faults/redis-reset.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Every connection to Redis is torn down with a reset as soon as it is used. */
export const scenario: Scenario = chaosStory({
  about:
    "What becomes of decisions whose connection is reset under them, and does the limiter storm Redis with new ones?",
  faults: (_, faultMs) => [inFault(redisReset(), 500, 0.6 * faultMs)],
});
