import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { redisLatency } from "../harness/faults/redis-latency.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis is first slow but in time, and then slower than any limiter may wait. */
export const scenario: Scenario = chaosStory({
  about: "Does a slow Redis make the limiter slow, or wrong, or does it decide without it in time?",
  faults: (_, faultMs) => [
    inFault(redisLatency({ delayMs: 15, jitterMs: 5 }), 300, 0.4 * faultMs),
    inFault(redisLatency({ delayMs: 250, jitterMs: 50 }), 0.5 * faultMs, faultMs),
  ],
});
