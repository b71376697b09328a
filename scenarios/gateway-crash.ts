import { chaosStory } from "../harness/chaos-story.ts";
import { gatewayKill } from "../harness/faults/gateway-kill.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** One gateway is killed in the middle of its work and started again. */
export const scenario: Scenario = chaosStory({
  about: "Does the limit survive a gateway that dies in mid-decision, and one that starts with no memory?",
  faults: (_, faultMs) =>
    during(gatewayKill(), "fault", { fromMs: 500, untilMs: 0.6 * faultMs, replicas: [1] }),
  unanswered: { phases: { fault: { maxUnansweredShare: 0.4, maxErrorShare: 0.4 } } },
  fallbackBlindShare: 1,
});
