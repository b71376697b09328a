import { chaosStory } from "../harness/chaos-story.ts";
import { redisClock } from "../harness/faults/redis-clock.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** The clock of Redis itself steps back, and later ahead again. */
export const scenario: Scenario = chaosStory({
  about: "Does a step of Redis's own clock starve anybody, or forgive what was spent?",
  faults: (_, faultMs) =>
    during(redisClock({ jumpMs: -1_500 }), "fault", { fromMs: 1_000, untilMs: faultMs }),
  fallbackBlindShare: 0.7,
});
