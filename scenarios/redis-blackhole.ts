import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { redisBlackhole } from "../harness/faults/redis-blackhole.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Nothing is refused and nothing is answered: only a deadline of the limiter's own notices. */
export const scenario: Scenario = chaosStory({
  about:
    "Does the limiter notice a Redis that swallows every command in silence, and does it answer in time all the same?",
  faults: (_, faultMs) => [inFault(redisBlackhole({ stream: "upstream" }), 500, faultMs)],
});
