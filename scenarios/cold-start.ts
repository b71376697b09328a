import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import type { Scenario } from "../harness/scenario.ts";

/** The gateways start before Redis can be reached, and serve. */
export const scenario: Scenario = chaosStory({
  about: "Can the gateways start and serve before Redis is there, and do they find it once it is?",
  faults: () => [{ fault: redisDown(), from: "start", until: { phase: "fault", atMs: 500 } }],
  strictPhases: ["recovery"],
});
