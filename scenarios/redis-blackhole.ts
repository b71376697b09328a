import { chaosStory } from "../harness/chaos-story.ts";
import { redisBlackhole } from "../harness/faults/redis-blackhole.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Nothing is refused and nothing is answered: only a deadline of the limiter's own notices. */
export const scenario: Scenario = chaosStory({
  about:
    "Does the limiter notice a Redis that swallows every command in silence, and does it answer in time all the same?",
  faults: (_, faultMs) =>
    during(redisBlackhole({ stream: "upstream" }), "fault", { fromMs: 500, untilMs: faultMs }),
});
