import { chaosStory } from "../harness/chaos-story.ts";
import { redisFailover } from "../harness/faults/redis-failover.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** A follower that lags a little is promoted: what was admitted last is forgotten. */
export const scenario: Scenario = chaosStory({
  about:
    "How much of a limit does a failover give back, when the promoted follower has missed the last decisions?",
  faults: (_, faultMs) =>
    during(redisFailover({ suffixMs: 300 }), "fault", { fromMs: 1_000, untilMs: faultMs }),
  fallbackBlindShare: 0.7,
});
