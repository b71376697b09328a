import { chaosStory } from "../harness/chaos-story.ts";
import { redisFreeze } from "../harness/faults/redis-freeze.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis stands still, its connections stay open, and it goes on later as if nothing had been. */
export const scenario: Scenario = chaosStory({
  about: "What happens to commands that wait in the sockets of a frozen Redis once it goes on?",
  faults: (_, faultMs) => during(redisFreeze(), "fault", { fromMs: 500, untilMs: 0.7 * faultMs }),
});
