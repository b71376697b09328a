import { chaosStory } from "../harness/chaos-story.ts";
import { redisBandwidth } from "../harness/faults/redis-bandwidth.ts";
import { redisSlicer } from "../harness/faults/redis-slicer.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Replies arrive in small pieces, and then through a line that is too narrow for them. */
export const scenario: Scenario = chaosStory({
  about:
    "Does the limiter read replies that come in pieces, and does it give up in time where the line is too narrow?",
  faults: (_, faultMs) => [
    ...during(redisSlicer({ averageBytes: 40, variationBytes: 20, gapMs: 1 }), "fault", {
      fromMs: 300,
      untilMs: 0.4 * faultMs,
    }),
    ...during(redisBandwidth({ kilobytesPerSecond: 4 }), "fault", {
      fromMs: 0.5 * faultMs,
      untilMs: faultMs,
    }),
  ],
  fallbackBlindShare: 0.6,
});
