import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { redisFailover } from "../harness/faults/redis-failover.ts";
import type { Scenario } from "../harness/scenario.ts";

/** A follower that lags a little is promoted: what was admitted last is forgotten. */
export const scenario: Scenario = chaosStory({
  about:
    "How much of a limit does a failover give back, when the promoted follower has missed the last decisions?",
  faults: (_, faultMs) => [inFault(redisFailover({ suffixMs: 300 }), 1_000, faultMs)],
});
