import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { redisBandwidth } from "../harness/faults/redis-bandwidth.ts";
import { redisSlicer } from "../harness/faults/redis-slicer.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Replies arrive in small pieces, and then through a line that is too narrow for them. */
export const scenario: Scenario = chaosStory({
  about:
    "Does the limiter read replies that come in pieces, and does it give up in time where the line is too narrow?",
  faults: (_, faultMs) => [
    inFault(redisSlicer({ averageBytes: 40, variationBytes: 20, delayUs: 50 }), 300, 0.4 * faultMs),
    inFault(redisBandwidth({ kilobytesPerSecond: 4 }), 0.5 * faultMs, faultMs),
  ],
});
