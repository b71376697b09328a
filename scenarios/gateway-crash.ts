import { chaosStory } from "../harness/chaos-story.ts";
import { gatewayKill } from "../harness/faults/gateway-kill.ts";
import { inTurn } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** One gateway after the other is killed in the middle of its work, and started again at once. */
export const scenario: Scenario = chaosStory({
  about: "Does the limit survive gateways that die in mid-decision, and come back at once with no memory?",
  faults: (_, faultMs) =>
    inTurn(gatewayKill(), "fault", {
      replicas: [1, 2],
      fromMs: 500,
      eachMs: 0.05 * faultMs,
      gapMs: 0.4 * faultMs,
    }),
  // What a killed gateway never answered may have been charged, and a bucket that is never empty cannot forget that.
  strictBlindShare: 0.15,
  fallbackBlindShare: 1,
});
