import { chaosStory } from "../harness/chaos-story.ts";
import { redisLatency } from "../harness/faults/redis-latency.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis is first slow but in time, and then slower than any limiter may wait. */
export const scenario: Scenario = chaosStory({
  about: "Does a slow Redis make the limiter slow, or wrong, or does it decide without it in time?",
  faults: (_, faultMs) => [
    ...during(redisLatency({ delayMs: 15, jitterMs: 5 }), "fault", { fromMs: 300, untilMs: 0.4 * faultMs }),
    ...during(redisLatency({ delayMs: 600, jitterMs: 50 }), "fault", {
      fromMs: 0.5 * faultMs,
      untilMs: faultMs,
    }),
  ],
  fallbackBlindShare: 0.6,
});
