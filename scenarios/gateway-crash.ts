import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { gatewayKill } from "../harness/faults/gateway-kill.ts";
import type { Scenario } from "../harness/scenario.ts";

/** One gateway is killed in the middle of its work and started again. */
export const scenario: Scenario = chaosStory({
  about: "Does the limit survive a gateway that dies in mid-decision, and one that starts with no memory?",
  faults: (_, faultMs) => [inFault(gatewayKill(), 500, 0.6 * faultMs, [1])],
});
